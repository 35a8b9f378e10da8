import type { Command } from 'commander';
import { SettingsError } from '../../shared/errors.ts';
import { tables } from '../../shared/lake/tables.ts';
import { DEFAULT_DATA_FOLDER, requireDataFolder } from '../data-folder.ts';
import { columnsOf, type Lake, openLake, type QueryResult } from '../lake.ts';
import { notEmpty } from '../setting-options.ts';
import { oneLine, tableLines } from '../table.ts';
import { note, out, paintFor } from '../terminal.ts';
import { plural } from '../wording.ts';

interface SqlOptions {
  readonly data: string;
  readonly json?: true;
}

export function addSql(program: Command): void {
  program
    .command('sql')
    .description('ask the tables of a data folder; without a query, list them')
    .argument('[query]', 'a SELECT in DuckDB’s SQL; times are UTC')
    .option('--data <dir>', 'the data folder', notEmpty, DEFAULT_DATA_FOLDER)
    .option('--json', 'as JSON: a list of objects')
    .action(sql);
}

async function sql(query: string | undefined, { data, json }: SqlOptions): Promise<void> {
  if (query?.trim() === '') {
    throw new SettingsError(
      'The query is empty.',
      'Give a SELECT, or no query at all to list the tables and their columns.',
    );
  }
  requireDataFolder(data);
  const lake = await openLake(data);
  try {
    if (query === undefined) return await listTables(lake);
    const result = await lake.select(query);
    if (json) out(asJson(result));
    else {
      for (const line of resultLines(result)) out(line);
      note(plural(result.rows.length, 'row'));
    }
  } finally {
    lake.close();
  }
}

/** A query's result as an aligned table. */
export function resultLines({ columns, rows }: QueryResult): string[] {
  const { bold, dim } = paintFor(process.stdout);
  const cells = rows.map((row) =>
    row.map((value) => {
      if (value === null) return 'NULL';
      return oneLine(typeof value === 'object' ? JSON.stringify(value) : String(value));
    }),
  );
  const heads = columns.map(({ name, numeric }) => ({ name, alignRight: numeric }));
  const [head = '', rule = '', ...lines] = tableLines(heads, cells);
  return [bold(head), dim(rule), ...lines];
}

function asJson({ columns, rows }: QueryResult): string {
  const objects = rows.map((row) =>
    Object.fromEntries(columns.map(({ name }, index) => [name, row[index] ?? null])),
  );
  return JSON.stringify(objects, null, 2);
}

async function listTables(lake: Lake): Promise<void> {
  const { bold } = paintFor(process.stdout);
  for (const table of tables) {
    const { rows } = await lake.select(`SELECT count(*) FROM ${table.name}`);
    out(`${bold(table.name)}: ${plural(Number(rows[0]?.[0]), 'row')}. ${table.comment}`);
    const comments = new Map(table.columns.map(({ name, comment }) => [name, comment]));
    const columns = columnsOf(table).map(({ name, type }) => [
      `  ${name}`,
      type,
      comments.get(name) ?? 'Part of the path.',
    ]);
    const lines = tableLines([{ name: '  column' }, { name: 'type' }, { name: '' }], columns);
    for (const line of lines.slice(2)) out(line);
    out();
  }
}
