import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { type Command, Option } from 'commander';
import { SettingsError } from '../../shared/errors.ts';
import { tables } from '../../shared/lake/tables.ts';
import { accountOffsets } from '../../shared/views/account-offsets.ts';
import { activityGroups } from '../../shared/views/activity-groups.ts';
import { schedule } from '../../shared/views/schedule.ts';
import { views } from '../../shared/views/views.ts';
import { countRows } from '../account/row-counts.ts';
import { notEmpty } from '../options/option-values.ts';
import { addPlaceOptions, inPlace, type PlaceOptions } from '../places/open-place.ts';
import type { Place } from '../places/place.ts';
import { csvLines, jsonLines, resultLines } from '../sql/query-result.ts';
import { columnsOf } from '../sql/table-columns.ts';
import { untilInterrupted } from '../terminal/interruption.ts';
import { startProgress } from '../terminal/progress.ts';
import { tableLines } from '../terminal/table.ts';
import { isOutputOpen, note, out, paintFor } from '../terminal/terminal.ts';
import { plural } from '../terminal/wording.ts';

/** Of a printed table: the names, and what underlines them. */
const HEAD_LINES = 2;
/** What a terminal shows of a long result; a pipe or a file gets all of it. */
const ROWS_SHOWN = 40;
/** DuckDB takes the text for a date. */
const COMPARES_DAY_WITH_TEXT = /\b(?:dt|day)\s*(?:[=<>!]+|between|in\s*\()\s*'/i;

/** How a result is printed. */
export interface PrintOptions {
  readonly json?: true;
  readonly csv?: true;
  /** The file it is written to instead. */
  readonly parquet?: string;
}

type SqlOptions = PlaceOptions & PrintOptions & { readonly file?: string };

export function addSql(program: Command): void {
  const command = program
    .command('sql')
    .description('ask the tables of the lake; without a query, list them')
    .argument('[query]', 'a SELECT in the SQL of DuckDB, with --stack of Athena; times are UTC');
  addPrintOptions(addPlaceOptions(command))
    .option('--file <file>', 'the query stands in this file; - is standard input', notEmpty)
    .action(sql);
}

export function addPrintOptions(command: Command): Command {
  return command
    .option('--json', 'as JSON: a list of objects')
    .addOption(new Option('--csv', 'as comma-separated values').conflicts('json'))
    .addOption(
      new Option(
        '--parquet <file>',
        'write it into this Parquet file, which is replaced; of a folder alone',
      )
        .argParser(notEmpty)
        .conflicts(['json', 'csv']),
    );
}

async function sql(given: string | undefined, options: SqlOptions): Promise<void> {
  if (given !== undefined && options.file !== undefined) {
    throw new SettingsError('--file and a query exclude each other.', 'Give one of them.');
  }
  const query = options.file === undefined ? given : await queryIn(options.file);
  if (query?.trim() === '') {
    throw new SettingsError(
      'The query is empty.',
      'Give a SELECT, or no query at all to list the tables and their columns.',
    );
  }
  if (query === undefined && options.parquet !== undefined) {
    throw new SettingsError('--parquet needs a query.', 'Give a SELECT, or --file.');
  }
  await inPlace(options, (place) =>
    query === undefined ? listTables(place) : printQuery(place, query, options),
  );
}

async function queryIn(file: string): Promise<string> {
  return file === '-' ? text(process.stdin) : readFileSync(file, 'utf8');
}

/** Prints what a query gives, as it comes, or writes it into a file. */
export async function printQuery(
  place: Place,
  query: string,
  { json, csv, parquet }: PrintOptions,
): Promise<void> {
  if (parquet !== undefined) return writeQuery(place, query, parquet);
  const queries = await place.queries();
  try {
    // Athena goes on with a query, and with its price, when nobody waits for it any more.
    const signal = place.kind === 'stack' ? untilInterrupted() : undefined;
    const result = await queries.stream(query, signal);
    if (place.kind === 'folder' && COMPARES_DAY_WITH_TEXT.test(query)) {
      note("In Athena a day is no text, and this query an error: write DATE '2026-01-31'.");
    }
    let lines = 0;
    const shown = json || csv || !process.stdout.isTTY ? Infinity : HEAD_LINES + ROWS_SHOWN;
    const printed = json ? jsonLines(result) : csv ? csvLines(result) : resultLines(result);
    for await (const line of printed) {
      // `… | head` has seen enough: the rest need not even be read.
      if (!isOutputOpen()) return;
      if (lines === shown) {
        note(
          `The first ${ROWS_SHOWN} rows of more: \`--csv > FILE\` and a pipe get all, LIMIT fewer.`,
        );
        return;
      }
      out(line);
      lines += 1;
    }
    if (!json && !csv) note(plural(lines - HEAD_LINES, 'row'));
  } finally {
    queries.close();
  }
}

async function writeQuery(place: Place, sql: string, file: string): Promise<void> {
  if (place.kind === 'stack') {
    throw new SettingsError(
      '--parquet and --stack exclude each other: Athena writes Parquet itself, into a bucket.',
      "Ask it for UNLOAD (SELECT …) TO 's3://…' WITH (format = 'PARQUET'), or take --csv.",
    );
  }
  // DuckDB takes a while to load.
  const { writeParquet } = await import('../places/parquet-file.ts');
  const progress = startProgress();
  const rows = await writeParquet(
    place.name,
    { sql, file },
    {
      signal: untilInterrupted(),
      onProgress: (percent) => progress.at(Math.max(0, percent), 100, `to be in ${file}`),
    },
  ).finally(() => progress.end());
  note(`${plural(rows, 'row')} in ${file}.`);
}

async function listTables(place: Place): Promise<void> {
  const { bold } = paintFor(process.stdout);
  const accounts = await place.accounts();
  out(bold('Views for analysts'));
  out();
  for (const { name, row, columns } of [...views, activityGroups, accountOffsets, schedule]) {
    out(`${bold(name)}: ${row}`);
    listColumns(columns.map(({ name, type, meaning }) => [name, type.toUpperCase(), meaning]));
  }
  out(bold('Tables'));
  out();
  for (const table of tables) {
    const rows = await place.use((clients) => countRows(clients, place, table, accounts));
    out(`${bold(table.name)}: ${plural(rows, 'row')}. ${table.comment}`);
    const comments = new Map(table.columns.map(({ name, comment }) => [name, comment]));
    const columns = columnsOf(table).map(({ name, type }): [string, string, string] => [
      name,
      type,
      comments.get(name) ??
        (type === 'DATE' ? `Part of the path: ${name} = DATE '2026-01-31'.` : 'Part of the path.'),
    ]);
    listColumns(columns);
  }
}

function listColumns(columns: readonly (readonly [string, string, string])[]): void {
  const heads = [{ name: '' }, { name: '' }, { name: '' }];
  for (const line of tableLines(heads, columns, { indent: '  ', withHead: false })) out(line);
  out();
}
