import { isHeldExactly, membersOf, type SourceElement, type SourceMember } from './source-text.ts';

/** What an element has under the names that its API documents, and what else. */
export interface Fields {
  /** By name in lower case. Of two that differ in casing alone the first; the other is unknown. */
  readonly known: ReadonlyMap<string, SourceMember>;
  readonly unknown: readonly SourceMember[];
  /** Whether it says one known name twice, with two values: neither can be trusted. */
  readonly contradicts: boolean;
}

/** @param names in lower case */
export function fieldsOf(element: SourceElement, names: readonly string[]): Fields {
  const known = new Map<string, SourceMember>();
  const unknown: SourceMember[] = [];
  let contradicts = false;
  for (const member of membersOf(element)) {
    const field = member.name.toLowerCase();
    const first = known.get(field);
    if (!names.includes(field)) unknown.push(member);
    else if (first === undefined) known.set(field, member);
    else if (first.name !== member.name) unknown.push(member);
    else contradicts ||= first.text !== member.text;
  }
  return { known, unknown, contradicts };
}

export const NOT_TEXT = Symbol('not text');

/**
 * Trimmed text; a number's digits as sent; `null` when absent or empty. Half a surrogate pair is not
 * text, nor is a number that a double can't hold: two ids could otherwise become one.
 */
export function textOf(member: SourceMember | undefined): string | null | typeof NOT_TEXT {
  const value = member?.value ?? null;
  if (value === null) return null;
  if (typeof value === 'string') return value.isWellFormed() ? value.trim() || null : NOT_TEXT;
  if (typeof value !== 'number') return NOT_TEXT;
  const digits = member?.text ?? String(value);
  return isHeldExactly(digits) ? digits : NOT_TEXT;
}
