import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { REPORT_QUERIES } from '../shared/report/query-rows.ts';
import { pageTemplate } from './template.ts';

/*
 * Writes what the nightly report reads beside its bundle into a folder: the page without its data, and
 * the texts of the queries.
 *
 *     tsx report-page/write-template.ts FOLDER
 */
const [folder = '.'] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
writeFileSync(path.join(folder, 'page.html'), await pageTemplate('report-page'));
for (const name of REPORT_QUERIES) {
  copyFileSync(`sql/report/${name}.sql`, path.join(folder, `${name}.sql`));
}
