import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { BUCKET, lakeFolder } from '../../cli/places/data-folder.ts';
import { currentInFolder } from '../../cli/sql/current-files.ts';
import { tables } from '../../shared/lake/tables.ts';
import { lookThrough } from '../looked-through.ts';
import type { TestLake } from '../shared/pipeline/test-lake.ts';
import { startLakeToRead } from './lake-to-read.ts';
import {
  expectShown,
  modulesOf,
  outputsOf,
  PAGES,
  pageOf,
  piecesOf,
  programOf,
} from './page-code.ts';

/*
 * Runs what the pages of docs/reading say in Python, on a lake of which superseded versions are left, and compares
 * what it prints with what the pages show. WRITE=1 writes it into them instead.
 */
const { PYTHON = 'python3' } = process.env;
const inPython = readdirSync(PAGES).filter(
  (name) => name.endsWith('.md') && piecesOf(pageOf(name), 'python').length > 0,
);

let lake: TestLake;
/** Where the reader is: the data folder is `lake` there. */
let folder: string;

beforeAll(async () => {
  lake = await startLakeToRead();
  folder = mkdtempSync(join(tmpdir(), 'reading-'));
  symlinkSync(lake.dataDir, join(folder, 'lake'));
  copyFileSync(join(PAGES, 'current_files.py'), join(folder, 'current_files.py'));
});

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await lake.stop();
});

/** In a process beside this one, which serves what it reads. */
async function python(program: string): Promise<string> {
  const { AWS_ENDPOINT_URL_S3 } = process.env;
  const child = spawn(PYTHON, ['-'], {
    cwd: folder,
    env: {
      ...process.env,
      // Polars knows this name alone, and asks whether it may do without TLS.
      ...{ AWS_ENDPOINT_URL: AWS_ENDPOINT_URL_S3, AWS_ALLOW_HTTP: 'true', AWS_PROFILE: undefined },
      ...{ PYTHONIOENCODING: 'utf-8', TZ: 'Asia/Kathmandu' },
    },
  });
  child.stdin.end(program);
  const [printed, complaints, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  lookThrough(`${printed}${complaints}`);
  if (code !== 0) throw new Error(complaints);
  return printed;
}

function lacks(modules: readonly string[]): readonly string[] {
  const find =
    'import importlib.util, sys; print(*[m for m in sys.argv[1:] if importlib.util.find_spec(m) is None])';
  const { stdout, error } = spawnSync(PYTHON, ['-c', find, ...modules], { encoding: 'utf8' });
  if (error !== undefined) return [PYTHON];
  return stdout.split(/\s+/).filter((name) => name !== '');
}

it.each(inPython)('what %s shows is what its code prints', async (name) => {
  const missing = lacks(modulesOf(pageOf(name)));
  if (missing.length > 0) {
    process.stderr.write(`Skipped: docs/reading/${name} was NOT tried, for want of ${missing}.\n`);
    return;
  }
  const program = programOf(piecesOf(pageOf(name), 'python')).replaceAll('<LakeBucket>', BUCKET);
  expectShown(name, 'python', outputsOf(await python(program)));
});

it('current_files.py lists of every table what the command lists', async () => {
  const folder = lakeFolder(lake.dataDir);
  const wanted = tables.map((table) => [
    table.name,
    currentInFolder(folder, table)
      .map(({ key }) => key)
      .sort(),
  ]);
  const program = `
import json, current_files as c
print(json.dumps([[t, sorted(f.split("activity-lake/", 1)[1] for f in c.current_files("lake/s3/activity-lake", t))] for t in c.FOLDERS]))`;
  if (lacks(['fsspec']).length > 0) return;
  const listed = JSON.parse(await python(program));
  expect(new Map(listed)).toEqual(new Map(wanted as [string, string[]][]));
});
