/** Rows of one shape, their names written once. */
export interface PackedRows<R extends object> {
  readonly names: readonly (keyof R & string)[];
  readonly rows: readonly (readonly R[keyof R & string][])[];
}

export function packRows<R extends object>(rows: readonly R[]): PackedRows<R> {
  const names = Object.keys(rows[0] ?? {}) as (keyof R & string)[];
  return { names, rows: rows.map((row) => names.map((name) => row[name])) };
}

export function unpackRows<R extends object>({ names, rows }: PackedRows<R>): readonly R[] {
  return rows.map((row) => Object.fromEntries(names.map((name, at) => [name, row[at]])) as R);
}
