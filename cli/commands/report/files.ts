import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { shifted } from '../../../shared/activity/instant.ts';
import { systemClock } from '../../../shared/clock.ts';
import { SettingsError } from '../../../shared/errors.ts';
import { packageFile } from '../../../shared/package-files.ts';
import type { Queries } from '../../../shared/queries/query-result.ts';
import { askDays, askingOf, askReport, type KnownDay } from '../../../shared/report/ask-report.ts';
import type { ReportQuery } from '../../../shared/report/query-rows.ts';
import { reportData } from '../../../shared/report/report-data.ts';
import { reportFile, reportPage } from '../../../shared/report/report-page.ts';

interface WantedReports {
  readonly accountId: string;
  /** The last of the days; by default the last that is known as a whole, else the last there is. */
  readonly day?: string | undefined;
  /** How many days, each in a file of its own. */
  readonly days: number;
  /** A folder, or the file of the one day. */
  readonly out: string;
}

interface WrittenReport {
  readonly day: string;
  readonly file: string;
  readonly bytes: number;
}

/**
 * Writes the reports of some days of an account, one file each. A report links to those of other days that
 * lie beside it when it is written.
 *
 * @throws SettingsError naming the days there are, when the one asked for is none of them
 */
export async function writeReports(
  queries: Queries,
  { accountId, day, days, out }: WantedReports,
  signal?: AbortSignal,
): Promise<readonly WrittenReport[]> {
  const asking = askingOf(queries, reportText, signal);
  const wanted = chosen(await askDays(asking, accountId), { accountId, day, days });
  const isFolder = existsSync(out) && statSync(out).isDirectory();
  const folder = isFolder ? out : path.dirname(out);
  const beside = (other: string) => {
    const file = reportFile(accountId, other);
    const willBe = isFolder && wanted.includes(other);
    return willBe || existsSync(path.join(folder, file)) ? file : null;
  };
  const template = await reportTemplate();
  const written: WrittenReport[] = [];
  for (const each of wanted) {
    const rows = await askReport(asking, accountId, each);
    const page = reportPage(template, reportData(rows, accountId, each, systemClock.now(), beside));
    const file = isFolder ? path.join(out, reportFile(accountId, each)) : out;
    writeFileSync(file, page);
    written.push({ day: each, file, bytes: Buffer.byteLength(page) });
  }
  return written;
}

/** The text of a query of the report. */
export function reportText(name: ReportQuery): string {
  return readFileSync(packageFile(`sql/report/${name}.sql`), 'utf8');
}

/** Script, style and page of a report, without its data. */
export async function reportTemplate(): Promise<string> {
  // The bundler is loaded when it is needed.
  const { pageTemplate } = await import('../../../report-page/template.ts');
  return pageTemplate(fileURLToPath(packageFile('report-page')));
}

/** The days wanted that lie between the first and the last there are. */
function chosen(
  known: readonly KnownDay[],
  { accountId, day, days }: Omit<WantedReports, 'out'>,
): readonly string[] {
  const [first, last] = [known[0], known.at(-1)];
  if (first === undefined || last === undefined) {
    throw new SettingsError(
      `There is no day of account ${accountId} to report on yet.`,
      'Pull first: `pull --help` says how.',
    );
  }
  const wanted = day ?? (known.findLast(({ isWhole }) => isWhole) ?? last).day;
  if (wanted < first.day || wanted > last.day) {
    throw new SettingsError(
      `Nothing is known of ${wanted}: there is ${first.day} to ${last.day} of account ${accountId}.`,
      'Name one of these days with --day.',
    );
  }
  const all = Array.from({ length: days }, (_, back) => shifted(wanted, -back));
  return all.filter((each) => each >= first.day).reverse();
}
