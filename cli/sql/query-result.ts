import type { Json, ResultStream } from '../../shared/queries/query-result.ts';
import { oneLine, type TableColumn, tableOf } from '../terminal/table.ts';

/** From so many rows the widths of a printed table are taken: a result may be longer than memory. */
const ROWS_MEASURED = 1_000;

/** A query's result as an aligned table, line by line: its head, then one for each row. */
export async function* resultLines(
  { columns, batches }: ResultStream,
  indent = '',
): AsyncGenerator<string> {
  const heads = columns.map(({ name, numeric }) => ({ name, alignRight: numeric }));
  const first: string[][] = [];
  let table: ReturnType<typeof tableOf> | undefined;
  const begin = function* (measured: TableColumn[]) {
    table = tableOf(measured, first, indent);
    yield* table.head;
    yield* first.map(table.line);
  };
  for await (const batch of batches) {
    for (const row of batch) {
      if (table !== undefined) yield table.line(cellsOf(row));
      else if (first.push(cellsOf(row)) === ROWS_MEASURED) yield* begin(heads);
    }
  }
  if (table === undefined) yield* begin(heads);
}

function cellsOf(row: readonly Json[]): string[] {
  return row.map((value) => {
    if (value === null) return 'NULL';
    if (typeof value === 'number' && !Number.isInteger(value)) return shortened(value);
    return oneLine(typeof value === 'object' ? JSON.stringify(value) : String(value));
  });
}

/** As many digits as a person reads: `0.3958` for 0.39575666; of what is tiny the first four. */
function shortened(value: number): string {
  return String(Number(Math.abs(value) < 0.1 ? value.toPrecision(4) : value.toFixed(4)));
}

/** Comma-separated values (RFC 4180), line by line: the names, then one for each row. NULL is nothing, an empty text is "". */
export async function* csvLines({ columns, batches }: ResultStream): AsyncGenerator<string> {
  yield columns.map(({ name }) => csvCell(name)).join(',');
  for await (const batch of batches) {
    for (const row of batch) yield row.map(csvCell).join(',');
  }
}

function csvCell(value: Json): string {
  if (value === null) return '';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A list of objects, line by line. */
export async function* jsonLines({ columns, batches }: ResultStream): AsyncGenerator<string> {
  let before: string | undefined;
  for await (const batch of batches) {
    for (const row of batch) {
      yield before === undefined ? '[' : `${before},`;
      const object = Object.fromEntries(
        columns.map(({ name }, index) => [name, row[index] ?? null]),
      );
      before = JSON.stringify(object, null, 2).replace(/^/gm, '  ');
    }
  }
  yield before === undefined ? '[]' : `${before}\n]`;
}
