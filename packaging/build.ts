import { rmSync, writeFileSync } from 'node:fs';
import { buildCommand } from './command.ts';
import { buildConstructLibrary } from './construct-library.ts';
import { buildFunctions } from './functions.ts';
import { bundledPackages, licencePage } from './licences.ts';

/*
 * Builds into `dist/` what is published beside `sql/` and the docs, or the functions alone, which the CDK app deploys.
 *
 *     npm run build
 *     tsx packaging/build.ts functions
 */
const FUNCTIONS = 'dist/functions';

async function buildAll(): Promise<void> {
  rmSync('dist', { recursive: true, force: true });
  const built = [
    ...(await buildCommand('dist')),
    ...(await buildFunctions(FUNCTIONS)),
    ...(await buildConstructLibrary('dist')),
  ];
  writeFileSync('dist/THIRD-PARTY-LICENSES.txt', licencePage(bundledPackages(built)));
}

await (process.argv[2] === 'functions' ? buildFunctions(FUNCTIONS) : buildAll());
