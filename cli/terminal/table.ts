import { stripVTControlCharacters } from 'node:util';
import { paintFor } from './terminal.ts';

/** A column of a printed table. */
export interface TableColumn {
  readonly name: string;
  readonly alignRight?: boolean;
}

interface TableOptions {
  /** Before each line. */
  readonly indent?: string;
  /** Default: true. */
  readonly withHead?: boolean;
}

/** Rows under their heads, in columns two blanks apart. Every row has a cell for each column, painted or not. */
export function tableLines(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  { indent = '', withHead = true }: TableOptions = {},
): string[] {
  const { head, line } = tableOf(columns, rows, indent);
  return [...(withHead ? head : []), ...rows.map(line)];
}

/** How to print a table whose columns are as wide as these rows need; a longer cell moves what follows. */
export function tableOf(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  indent = '',
): { readonly head: readonly string[]; line(cells: readonly string[]): string } {
  const widths = columns.map(({ name }, index) =>
    rows.reduce((most, row) => Math.max(most, widthOf(row[index] ?? '')), widthOf(name)),
  );
  const line = (cells: readonly string[]) => {
    const padded = columns.map(({ alignRight }, index) => {
      const cell = cells[index] ?? '';
      const blanks = ' '.repeat(Math.max(0, (widths[index] ?? 0) - widthOf(cell)));
      return alignRight ? blanks + cell : cell + blanks;
    });
    return fitted(`${indent}${padded.join('  ').trimEnd()}`);
  };
  const { bold, dim } = paintFor(process.stdout);
  return {
    head: [
      bold(line(columns.map(({ name }) => name))),
      dim(line(widths.map((width) => '─'.repeat(width)))),
    ],
    line,
  };
}

/** A line as a terminal shows it in one; what a pipe or a file gets is whole. */
function fitted(line: string): string {
  const { isTTY, columns } = process.stdout;
  if (!isTTY || widthOf(line) <= columns) return line;
  let shown = '';
  let width = 0;
  for (const { segment } of graphemes.segment(stripVTControlCharacters(line))) {
    width += widthOf(segment);
    if (width >= columns) break;
    shown += segment;
  }
  return `${shown}…`;
}

/** Text from the source in one line, unable to move the cursor or to turn the line around. */
export function oneLine(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const WIDE =
  /^(\p{Emoji_Presentation}|\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|[\u3000-\u303f\uff01-\uff60])|\ufe0f/u;

/** How many places of a terminal's line the text takes: East Asian letters and emoji take two. */
function widthOf(painted: string): number {
  const text = stripVTControlCharacters(painted);
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}
