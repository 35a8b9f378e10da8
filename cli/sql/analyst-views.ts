import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ActivityGroup } from '../../shared/activity/activity-groups.ts';
import { packageFile } from '../../shared/package-files.ts';
import { accountOffsets, accountOffsetsSql } from '../../shared/views/account-offsets.ts';
import { activityGroups, activityGroupsSql } from '../../shared/views/activity-groups.ts';
import { SCHEDULE_FOLDER, schedule, scheduleFiles } from '../../shared/views/schedule.ts';
import { sqlText } from '../../shared/views/values.ts';
import { views } from '../../shared/views/views.ts';

/** Long before any account of SmartAssist. */
const EARLIEST_MS = Date.UTC(2015, 0);

/** What the views must know of an account. */
export interface ReportedAccount {
  readonly id: string;
  readonly reportTimeZone: string;
  readonly activityGroups: readonly ActivityGroup[];
}

/**
 * The statements that make the views for analysts in DuckDB, where those of the tables are.
 *
 * @param folder of the lake, under a name that DuckDB takes for no pattern
 */
export function analystViews(
  folder: string,
  accounts: readonly ReportedAccount[],
): readonly string[] {
  const view = (name: string, text: string) => `CREATE VIEW ${name} AS\n${text}`;
  return [
    // All that the SQL of Athena has and DuckDB lacks.
    'CREATE MACRO sequence(a, b, c) AS generate_series(a, b, c)',
    view(activityGroups.name, activityGroupsSql(accounts)),
    view(accountOffsets.name, accountOffsetsSql(accounts, EARLIEST_MS)),
    view(scheduleFiles.name, scheduleFilesSql(path.join(folder, SCHEDULE_FOLDER))),
    ...[schedule, ...views].map(({ name }) => view(name, textOf(name))),
  ];
}

function textOf(name: string): string {
  return readFileSync(packageFile(`sql/views/${name}.sql`), 'utf8');
}

/** All of it text, empty or not, and `"$path"` beside it, as in the table of Athena. */
function scheduleFilesSql(folder: string): string {
  const files = csvFilesIn(folder);
  const names = scheduleFiles.columns.map(({ name }) => name);
  if (files.length === 0) {
    const typed = [...names, '"$path"'].map((name) => `NULL::VARCHAR AS ${name}`);
    return `SELECT ${typed.join(', ')} WHERE false`;
  }
  const columns = names.map((name) => `${name}: 'VARCHAR'`);
  const options = `header = true, auto_detect = false, columns = {${columns.join(', ')}}, force_not_null = [${names.join(', ')}]`;
  const paths = files.map(sqlText);
  return `SELECT ${names.join(', ')}, filename AS "$path"
    FROM read_csv([${paths.join(', ')}], filename = true, ${options})`;
}

/** As Athena finds them: in folders below it too, and none whose name begins with a dot or an underscore. */
function csvFilesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.csv$/i.test(name) && !/^[._]/.test(path.basename(name)))
      .sort()
      .map((name) => path.join(folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
