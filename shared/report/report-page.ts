import type { ReportData } from './report-data.ts';

/** Where a template takes the page's title and data. */
export const TITLE_PLACE = '<!-- the title -->';
export const DATA_PLACE = '<!-- the data -->';

/**
 * The report as one HTML file that needs nothing else.
 *
 * @param template as `report-page/template.ts` makes it: everything but the data
 */
export function reportPage(template: string, data: ReportData): string {
  const title = `Agent activity of ${data.accountId} on ${data.day}`;
  const [beforeTitle, afterTitle] = halves(template, TITLE_PLACE);
  const [beforeData, afterData] = halves(afterTitle, DATA_PLACE);
  // JSON within a script element ends where HTML sees `</script`: no text of the data may hold a `<`.
  const json = JSON.stringify(data).replaceAll('<', '\\u003c');
  return [beforeTitle, escaped(title), beforeData, json, afterData].join('');
}

/** Where the nightly pages are, below the lake. */
export const REPORTS_FOLDER = 'reports';

/** The file a report goes to, unless another is named: so reports find each other. */
export function reportFile(accountId: string, day: string): string {
  return `activity-report-${accountId.replace(/[^\w.-]/g, '_')}-${day}.html`;
}

function halves(text: string, place: string): [string, string] {
  const at = text.indexOf(place);
  if (at < 0) throw new RangeError(`The template has no ${place}`);
  return [text.slice(0, at), text.slice(at + place.length)];
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
