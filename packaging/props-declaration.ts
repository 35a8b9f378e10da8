/** What a schema of valibot shows of itself. */
export interface AnySchema {
  readonly type: string;
  /** Of an object. */
  readonly entries?: Readonly<Record<string, AnySchema>>;
  /** Of a list. */
  readonly item?: AnySchema;
  /** Of what may be absent. */
  readonly wrapped?: AnySchema;
  readonly default?: unknown;
  /** Of a choice. */
  readonly options?: readonly unknown[];
}

/**
 * The type of what a lake can be told, written out, so that who uses it needs no valibot.
 *
 * @throws Error that names a kind of schema which it can't write
 */
export function propsDeclaration(schema: AnySchema): string {
  return [
    '/** What a lake can be told; only its accounts have no default. docs/deploy.md in this package has a table of all. */',
    `export interface ActivityLakeProps ${objectOf(schema, '')}`,
    '',
  ].join('\n');
}

function objectOf({ entries = {} }: AnySchema, indent: string): string {
  const within = `${indent}    `;
  const lines = Object.entries(entries).flatMap(([name, each]) => {
    const { type, wrapped = each, default: absent } = each;
    const optional = type === 'optional';
    const said = absent === undefined ? [] : [`${within}/** @default ${JSON.stringify(absent)} */`];
    return [
      ...said,
      `${within}readonly ${name}${optional ? '?' : ''}: ${typeOf(wrapped, within)};`,
    ];
  });
  return ['{', ...lines, `${indent}}`].join('\n');
}

function typeOf(schema: AnySchema, indent: string): string {
  switch (schema.type) {
    case 'string':
    case 'number':
    case 'boolean':
      return schema.type;
    // Of the settings that are checked by the rule of another: text, as written.
    case 'unknown':
      return 'string';
    case 'picklist':
      return (schema.options ?? []).map((option) => JSON.stringify(option)).join(' | ');
    case 'array':
      return `readonly (${typeOf(schema.item ?? { type: 'nothing' }, indent)})[]`;
    case 'object_with_rest':
    case 'strict_object':
      return objectOf(schema, indent);
    default:
      throw new Error(`No type is known for a setting that is ${schema.type}.`);
  }
}
