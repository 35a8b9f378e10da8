import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { DATA_PLACE, TITLE_PLACE } from '../shared/report/report-page.ts';

/**
 * The report page without its data: script, style and page in one text. The page may load nothing, and run
 * no script and no style but these two.
 *
 * @param folder where `page.html`, `page.css`, `notice.txt` and `browser/` are
 */
export async function pageTemplate(folder: string): Promise<string> {
  const [page, style, script] = await Promise.all([
    readFile(path.join(folder, 'page.html'), 'utf8'),
    readFile(path.join(folder, 'page.css'), 'utf8'),
    bundled(folder),
  ]);
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const parts: Readonly<Record<string, string>> = {
    policy: `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    title: TITLE_PLACE,
    style: `<style>${style}</style>`,
    data: `<script type="application/json" id="report">${DATA_PLACE}</script>`,
    script: `<script>${script}</script>`,
  };
  return page.replace(/<!-- put the (\w+) here -->/g, (_, name: string) => parts[name] ?? '');
}

async function bundled(folder: string): Promise<string> {
  const notice = await readFile(path.join(folder, 'notice.txt'), 'utf8');
  const { outputFiles } = await build({
    entryPoints: [path.join(folder, 'browser/main.ts')],
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
    // What the licence of a library wants to stand in each copy.
    banner: { js: `/*\n${notice}*/` },
  });
  return outputFiles[0]?.text ?? '';
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
