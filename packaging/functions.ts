import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { pageTemplate } from '../report-page/template.ts';
import { REPORT_QUERIES } from '../shared/report/query-rows.ts';

/**
 * The ways to credentials that a Lambda function never goes: its own are in the environment, where the
 * SDK looks first. It loads these on demand, so leaving them out costs nothing.
 */
const NOT_IN_LAMBDA = [
  ...['sso', 'ini', 'process', 'web-identity', 'http', 'login'].map(
    (name) => `@aws-sdk/credential-provider-${name}`,
  ),
  '@smithy/credential-provider-imds',
];

/** How the code of a function is bundled, as esbuild takes it. */
export const asFunction = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  mainFields: ['module', 'main'],
  minify: true,
  banner: {
    js: `import{createRequire}from'node:module';const require=createRequire(import.meta.url);`,
  },
  external: NOT_IN_LAMBDA,
} satisfies BuildOptions;

/**
 * Bundles the code of each function into a folder of its own, as Lambda is given it. A file that is as it should be
 * is left alone, and any other is there whole or not at all: others may be reading it.
 *
 * @param folder where to: `infra/function-code.ts` finds it there
 * @returns what went in
 */
export async function buildFunctions(folder: string): Promise<readonly Metafile[]> {
  const put = (name: string, content: string) => putFile(folder, name, content);
  const [activity, report] = await Promise.all([bundled('activity'), bundled('report')]);
  put('activity/index.mjs', activity.code);
  put('report/index.mjs', report.code);
  // What this one reads: the page without its data, and the texts of its queries.
  put('report/report/page.html', await pageTemplate('report-page'));
  for (const name of REPORT_QUERIES) {
    put(`report/report/${name}.sql`, readFileSync(`sql/report/${name}.sql`, 'utf8'));
  }
  return [activity.metafile, report.metafile];
}

async function bundled(name: string) {
  const { outputFiles, metafile } = await build({
    entryPoints: [`functions/${name}.ts`],
    outdir: 'functions',
    ...asFunction,
    write: false,
    metafile: true,
  });
  return { code: outputFiles[0]?.text ?? '', metafile };
}

function putFile(folder: string, name: string, content: string): void {
  const file = join(folder, name);
  if (existsSync(file) && readFileSync(file, 'utf8') === content) return;
  mkdirSync(dirname(file), { recursive: true });
  // Not beside it, where it would be deployed, too.
  const whole = join(folder, `${process.pid}`);
  writeFileSync(whole, content);
  renameSync(whole, file);
}
