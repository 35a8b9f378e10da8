import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

/** Reads the real clock, or starts a process that does. */
const READS_CLOCK = /\bsystemClock\b|\bDate\.now\b|new Date\(\)|from 'node:child_process'/;
/** Takes long, and ends a few minutes before now, whenever that is. */
const DEMONSTRATION = join('cli', 'commands', 'demo.scale.ts');
/** Only stamps what it stores, and judges tokens; what a test says of times does not come from there. */
const STAMPS_ONLY = /^(local|shared)\//;

/**
 * The test files whose outcome could depend on when they run: those that read the real clock
 * themselves, or through a file of `test/`, `cli/`, `functions/` … that they import. A rule and no list,
 * so that a new test can't be forgotten.
 *
 * @returns paths below the project's root, sorted
 */
export async function clockReaders(): Promise<readonly string[]> {
  const tests = readdirSync('test', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts') || name === DEMONSTRATION)
    .map((name) => join('test', name));
  const readers: string[] = [];
  for (const test of tests) {
    const { metafile } = await build({
      entryPoints: [test],
      ...{ bundle: true, write: false, metafile: true, packages: 'external', platform: 'node' },
      ...{ format: 'esm', logLevel: 'error', outdir: resolve('cdk.out') },
    });
    const reads = Object.keys(metafile.inputs).some(
      (file) => !STAMPS_ONLY.test(file) && READS_CLOCK.test(readFileSync(file, 'utf8')),
    );
    if (reads) readers.push(test);
  }
  return readers.sort();
}
