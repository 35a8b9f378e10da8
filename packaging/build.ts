import { rmSync, writeFileSync } from 'node:fs';
import { buildCommand } from './command.ts';
import { bundledPackages, licencePage } from './licences.ts';

/*
 * Builds into `dist/` what is published beside `sql/` and the docs.
 *
 *     npm run build
 */

rmSync('dist', { recursive: true, force: true });
const built = await buildCommand('dist');
writeFileSync('dist/THIRD-PARTY-LICENSES.txt', licencePage(bundledPackages(built)));
