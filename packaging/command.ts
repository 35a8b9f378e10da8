import { join } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import { pageScript, pageTemplate } from '../report-page/template.ts';

/** Native, or full of requires that only Node.js can follow: the dependencies of the published package. */
const NOT_BUNDLED = ['@duckdb/node-api', 'classic-level', 'dynalite'];

/** What `bin` names. It loads on any Node.js, so that it can say which it needs. */
export const COMMAND = 'activity.cjs';
const PROGRAM = 'program.cjs';

/**
 * Bundles the command line into two files that start in a fraction of the time its sources take.
 *
 * @param folder where to: one folder below `package.json` and `sql/`, as `packageFile` has it
 * @returns what went in
 */
export async function buildCommand(folder: string): Promise<readonly Metafile[]> {
  const [entry, program, page] = await Promise.all([
    build({
      entryPoints: ['cli/main.ts'],
      outfile: join(folder, COMMAND),
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node12',
      metafile: true,
      plugins: [programBesideIt],
      banner: { js: '#!/usr/bin/env node' },
    }),
    build({
      entryPoints: ['cli/run-program.ts'],
      outfile: join(folder, PROGRAM),
      bundle: true,
      platform: 'node',
      // Loads faster than an ES module, but knows no `import.meta`.
      format: 'cjs',
      target: 'node20',
      mainFields: ['module', 'main'],
      metafile: true,
      minify: true,
      legalComments: 'none',
      define: { 'import.meta.url': 'bundleUrl' },
      banner: { js: "const bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
      external: NOT_BUNDLED,
      plugins: [pageMadeNow],
    }),
    pageScript('report-page'),
  ]);
  return [entry.metafile, program.metafile, page.metafile];
}

const programBesideIt: Plugin = {
  name: 'the program, beside it',
  setup: ({ onResolve }) => {
    onResolve({ filter: /run-program\.ts$/ }, () => ({ path: `./${PROGRAM}`, external: true }));
  },
};

/** The page of a report is made here, so that who writes one needs no bundler. */
const pageMadeNow: Plugin = {
  name: 'the page, made now',
  setup: ({ onLoad }) => {
    onLoad({ filter: /report-page.template\.ts$/ }, async () => ({
      contents: `export const pageTemplate = async () => ${JSON.stringify(await pageTemplate('report-page'))};`,
    }));
  },
};
