/**
 * The JSON text of a parsed JSON value, without white space, for storing and comparing. Unlike
 * `JSON.stringify` it also takes values nested deeper than the call stack.
 */
export function compactJson(value: unknown): string {
  try {
    return JSON.stringify(value).toWellFormed();
  } catch {
    return textOfDeep(value);
  }
}

/** Without recursion: what is still to be written lies on a stack, ready text as it is. */
function textOfDeep(value: unknown): string {
  const parts: string[] = [];
  const pending: (readonly ['text', string] | readonly ['value', unknown])[] = [['value', value]];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [kind, what] = next;
    if (kind === 'text') {
      parts.push(what as string);
    } else if (typeof what !== 'object' || what === null) {
      parts.push(JSON.stringify(what).toWellFormed());
    } else {
      const isList = Array.isArray(what);
      parts.push(isList ? '[' : '{');
      pending.push(['text', isList ? ']' : '}']);
      const members = Object.entries(what);
      for (let i = members.length - 1; i >= 0; i -= 1) {
        const [name, member] = members[i] as [string, unknown];
        pending.push(['value', member]);
        const label = isList ? '' : `${JSON.stringify(name).toWellFormed()}:`;
        pending.push(['text', i === 0 ? label : `,${label}`]);
      }
    }
  }
  return parts.join('');
}
