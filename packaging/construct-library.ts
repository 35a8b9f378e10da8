import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { lakeSchema } from '../infra/settings.ts';
import { type AnySchema, propsDeclaration } from './props-declaration.ts';

/** The CDK is the app's own, of which there must be one alone. */
export const PEERS = ['aws-cdk-lib', 'constructs'];

/**
 * Bundles the constructs, for apps of others, and declares their types.
 *
 * @param folder one below `package.json`, with the code of the functions in `functions/`
 * @returns what went in
 */
export async function buildConstructLibrary(folder: string): Promise<readonly Metafile[]> {
  const { metafile } = await build({
    entryPoints: ['infra/library.ts'],
    outfile: join(folder, 'cdk.cjs'),
    bundle: true,
    platform: 'node',
    // As aws-cdk-lib, so that it serves apps of both kinds.
    format: 'cjs',
    target: 'node20',
    mainFields: ['module', 'main'],
    metafile: true,
    legalComments: 'none',
    define: { 'import.meta.url': 'bundleUrl' },
    banner: { js: "const bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
    external: PEERS.flatMap((name) => [name, `${name}/*`]),
  });
  writeFileSync(join(folder, 'cdk.d.cts'), declarations());
  return [metafile];
}

/** The types of the constructs in one text, which needs those of the CDK and no others. */
function declarations(): string {
  const out = mkdtempSync(join(tmpdir(), 'activity-types-'));
  try {
    const tsc = ['node_modules/typescript/bin/tsc', '--project', 'packaging', '--outDir', out];
    execFileSync(process.execPath, tsc, { stdio: 'inherit' });
    const text = readFileSync(join(out, 'infra', 'activity-lake.d.ts'), 'utf8');
    const own = /^import .* from '\.{1,2}\/.*';\n/gm;
    return `${text.replace(own, '')}\n${propsDeclaration(lakeSchema as unknown as AnySchema)}`;
  } finally {
    rmSync(out, { recursive: true });
  }
}
