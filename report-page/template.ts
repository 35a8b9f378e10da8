import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { build, type Metafile } from 'esbuild';
import { DATA_PLACE, TITLE_PLACE } from '../shared/report/report-page.ts';

/**
 * The report page without its data: script, style and page in one text. The page may load nothing, and run
 * no script and no style but these two.
 *
 * @param folder where `page.html`, `page.css`, `notice.txt` and `browser/` are
 */
export async function pageTemplate(folder: string): Promise<string> {
  const [page, style, { text: script }] = await Promise.all([
    readFile(path.join(folder, 'page.html'), 'utf8'),
    readFile(path.join(folder, 'page.css'), 'utf8'),
    pageScript(folder),
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

/** The script of the page, bundled. */
export async function pageScript(
  folder: string,
): Promise<{ readonly text: string; readonly metafile: Metafile }> {
  const notice = await readFile(path.join(folder, 'notice.txt'), 'utf8');
  const { outputFiles, metafile } = await build({
    entryPoints: [path.join(folder, 'browser/main.ts')],
    outdir: folder,
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
    // What the licence of a library wants to stand in each copy.
    banner: { js: `/*\n${notice}*/` },
  });
  return { text: outputFiles[0]?.text ?? '', metafile };
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
