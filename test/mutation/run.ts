import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

/*
 * Changes the code of a part in many small ways, one at a time, and says which changes the tests beside it do not
 * notice. Arguments: what to change, and by which tests; else all of PARTS, each by its own.
 */

const PARTS = ['activity', 'lake', 'checkpoint', 'jobs'];
const STRYKER = 'test/mutation/node_modules/@stryker-mutator/core/bin/stryker.js';

if (!existsSync(STRYKER)) {
  process.stderr.write(
    'test:mutation needs Stryker, which is not installed. Once: npm ci --prefix test/mutation\n',
  );
  process.exit(1);
}

const given = process.argv.slice(2).map((name) => path.posix.normalize(name));
const files = given.filter((name) => !name.startsWith('test/'));
const tests = given.filter((name) => name.startsWith('test/'));
const unknown = files.filter((name) => !existsSync(name) || partOf(name) === undefined);
if (unknown.length > 0) {
  process.stderr.write(
    `Give files or folders of shared/, and of test/, not: ${unknown.join(' ')}\n`,
  );
  process.exit(1);
}

for (const part of PARTS) {
  const mutate = files.length === 0 ? [`shared/${part}`] : files.filter((f) => partOf(f) === part);
  if (mutate.length === 0) continue;
  process.stdout.write(`\n== ${mutate.join(' ')}\n`);
  const { status } = spawnSync(
    process.execPath,
    [STRYKER, 'run', 'test/mutation/stryker.config.js'],
    {
      stdio: 'inherit',
      env: {
        ...process.env,
        MUTATION_PART: part,
        MUTATION_FILES: mutate.map((name) => inFolder(name, '*.ts')).join(' '),
        MUTATION_TESTS: (tests.length === 0 ? [`test/shared/${part}`] : tests)
          .map((name) => inFolder(name, '*.test.ts'))
          .join(' '),
      },
    },
  );
  if (status !== 0) process.exitCode = 1;
}

function partOf(file: string): string | undefined {
  return PARTS.find((part) => `${file}/`.startsWith(`shared/${part}/`));
}

function inFolder(name: string, files: string): string {
  return name.endsWith('.ts') ? name : path.posix.join(name, '**', files);
}
