import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type Language = 'python' | 'sql';

/** Where the pages lie that say how to read the lake elsewhere. */
export const PAGES = 'docs/reading';

/** With it the outputs are written into the pages, instead of compared with what stands there. */
const { WRITE } = process.env;

/** A piece of code in a page may have its output below it. */
const pieceIn = (language: Language) =>
  new RegExp(`\`\`\`${language}\\n(.*?)\`\`\`\\n(?:\\n\`\`\`text\\n(.*?)\`\`\`\\n)?`, 'gs');
const SEPARATOR = '\u001e';

export function pageOf(name: string): string {
  return readFileSync(join(PAGES, name), 'utf8');
}

/** The code of a page in one language, piece by piece. What is in Python is one program. */
export function piecesOf(page: string, language: Language): readonly string[] {
  return [...page.matchAll(pieceIn(language))].map(([, code = '']) => code);
}

/** What Python is given: the pieces, each with a mark at the end of its output. */
export function programOf(pieces: readonly string[]): string {
  return pieces.map((code) => `${code}\nprint(${JSON.stringify(SEPARATOR)}, end="")\n`).join('');
}

/** What each piece printed, without blanks at the ends of lines. */
export function outputsOf(printed: string): readonly string[] {
  return printed
    .split(SEPARATOR)
    .slice(0, -1)
    .map((output) => output.replace(/[ \t]+$/gm, ''));
}

/** Below each piece of the page that has an output stands this one. */
export function expectShown(name: string, language: Language, outputs: readonly string[]): void {
  const page = pageOf(name);
  let piece = 0;
  const right = page.replace(pieceIn(language), (whole, code: string, shown?: string) => {
    const output = outputs[piece++];
    return shown === undefined
      ? whole
      : `\`\`\`${language}\n${code}\`\`\`\n\n\`\`\`text\n${output}\`\`\`\n`;
  });
  if (WRITE === undefined) expect(page).toBe(right);
  else writeFileSync(join(PAGES, name), right);
}

/** The modules that the page's `pip install` brings, as Python imports them. */
export function modulesOf(page: string): readonly string[] {
  const [, packages = ''] = /^pip install (.+)$/m.exec(page) ?? [];
  return packages.split(' ').filter((name) => name !== '');
}
