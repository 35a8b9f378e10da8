import { element } from './element.ts';

/** Gives the reader a file, without a request: it is made of what the page holds. */
export function saveCsv(
  name: string,
  heads: readonly string[],
  rows: readonly (readonly (string | number | null)[])[],
): void {
  const text = [heads, ...rows].map((row) => row.map(cell).join(',')).join('\r\n');
  // With the mark that spreadsheets know UTF-8 by.
  const url = URL.createObjectURL(new Blob(['\ufeff', text, '\r\n'], { type: 'text/csv' }));
  element('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

function cell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  // A spreadsheet would take such a text for a formula and run it.
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
