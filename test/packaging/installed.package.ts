import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import packageJson from '../../package.json' with { type: 'json' };

/*
 * The package as a stranger gets it: packed, installed into an empty folder, and used there. Needs the registry, for
 * the few packages that it depends on.
 */

const work = mkdtempSync(join(tmpdir(), 'activity-package-'));
const folder = join(work, 'empty');
const installed = join(folder, 'node_modules', packageJson.name);

beforeAll(async () => {
  mkdirSync(folder);
  const packed = await npm(resolve('.'), 'pack', '--silent', '--pack-destination', work);
  expect(packed).toMatchObject({ code: 0 });
  const [tarball = ''] = readdirSync(work).filter((name) => name.endsWith('.tgz'));
  const install = ['install', '--no-audit', '--no-fund', '--prefer-offline', join(work, tarball)];
  expect(await npm(folder, ...install)).toMatchObject({ code: 0 });
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** Runs npm, or what it runs, as a person does who knows nothing of this clone. */
async function npm(cwd: string, ...args: readonly string[]) {
  return run('npm', cwd, args);
}

const npx = (...args: readonly string[]) => run('npx', folder, ['--no-install', ...args]);

async function run(command: string, cwd: string, args: readonly string[]) {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(npm_|ACTIVITY_)/.test(name));
  const child = spawn(command, args, {
    cwd,
    // Where the CDK's command line would have an app write to.
    env: { ...Object.fromEntries(inherited), NO_COLOR: '1', CDK_OUTDIR: join(folder, 'cdk.out') },
  });
  const [stdout, stderr] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code: child.exitCode, stdout, stderr };
}

const filesIn = (of: string) =>
  readdirSync(of, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

describe('what is in it', () => {
  it('is what was built, the SQL, the docs, and nothing beside', () => {
    expect(readdirSync(installed).sort()).toEqual(
      ['LICENSE', 'README.md', 'dist', 'docs', 'package.json', 'sql'].sort(),
    );
    const names = filesIn(installed).map((file) => file.slice(installed.length + 1));
    const known =
      /^dist\/|^sql\/.+\.(sql|txt)$|^docs\/.+\.(md|csv)$|^(LICENSE|README\.md|package\.json)$/;
    expect(names.filter((name) => !known.test(name))).toEqual([]);
    expect(names.filter((name) => /\.test\.|(^|\/)test\//.test(name))).toEqual([]);
    expect(names).toContain('dist/THIRD-PARTY-LICENSES.txt');
  });

  it('names no folder of the machine that built it', () => {
    const folders = [resolve('.'), work, homedir()];
    const telling = filesIn(join(installed, 'dist')).filter((file) => {
      const content = readFileSync(file, 'utf8');
      return folders.some((each) => content.includes(each));
    });
    expect(telling).toEqual([]);
  });

  it('brought the three packages that it loads, and not the CDK', () => {
    const { dependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    for (const name of Object.keys(dependencies)) {
      expect(existsSync(join(folder, 'node_modules', name))).toBe(true);
    }
    expect(existsSync(join(folder, 'node_modules', 'aws-cdk-lib'))).toBe(false);
  });
});

/** What somebody writes into an app of their own, as the docs have it. */
const [, APP = ''] = /^```ts\n(.*?)^```$/ms.exec(readFileSync('docs/construct.md', 'utf8')) ?? [];

describe('the construct', () => {
  beforeAll(async () => {
    const { devDependencies } = packageJson;
    const beside = ['aws-cdk-lib', 'constructs', 'typescript', 'tsx'] as const;
    const wanted = beside.map((name) => `${name}@${devDependencies[name]}`);
    const install = ['install', '--no-audit', '--no-fund', '--prefer-offline', ...wanted];
    expect(await npm(folder, ...install)).toMatchObject({ code: 0 });
    writeFileSync(join(folder, 'app.ts'), APP);
    writeFileSync(join(folder, 'wrong.ts'), APP.replace("schedule: '15m'", 'schedule: 15'));
  });

  it('has the types of what it can be told', async () => {
    const strict = [
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--lib',
      'esnext',
      '--types',
      '',
    ];
    expect(await npx('tsc', ...strict, 'app.ts')).toMatchObject({ code: 0, stdout: '' });
    const { stdout } = await npx('tsc', ...strict, 'wrong.ts');
    expect(stdout).toMatch(/Type 'number' is not assignable to type 'string'/);
  });

  it('is synthesised in an app of eight lines, with the code of its functions', async () => {
    expect(await npx('tsx', 'app.ts')).toMatchObject({ code: 0, stderr: '' });
    const out = join(folder, 'cdk.out');
    const { Outputs } = JSON.parse(readFileSync(join(out, 'Contact-Centre.template.json'), 'utf8'));
    expect(Object.keys(Outputs)).toContain('LakeBucket');
    const bundles = filesIn(out).filter((file) => file.endsWith('index.mjs'));
    expect(bundles).toHaveLength(2);
    expect(filesIn(out).filter((file) => file.endsWith('page.html'))).toHaveLength(1);
  });

  it('is there for ES modules, too', async () => {
    const app = "import { ActivityLake } from 'agent-activity-lake/cdk'; new ActivityLake();";
    const { stderr } = await run('node', folder, ['--input-type=module', '--eval', app]);
    // It came as far as the CDK, which wants a scope.
    expect(stderr).toMatch(/at new ActivityLake /);
  });
});

describe('the command', () => {
  it.each(['activity', 'agent-activity-lake'])('is called %s', async (name) => {
    expect(await npx(name, '--version')).toMatchObject({
      ...{ code: 0, stdout: `${packageJson.version}\n`, stderr: '' },
    });
    const { stdout } = await npx(name, '--help');
    expect(stdout).toMatch(/^Usage: npx agent-activity-lake /);
  });

  it('shows the demonstration, and what it says to type next is right', async () => {
    const demo = await npx('agent-activity-lake', 'demo');
    expect(demo).toMatchObject({ code: 0 });
    expect(demo.stdout).toContain('Every event is stored exactly once.');
    const typed = [...demo.stdout.matchAll(/^ {2}npx (agent-activity-lake .*? --data [^#\n]+)/gm)];
    const commands = typed.map(([, command = '']) => command.trim());
    expect(commands.length).toBeGreaterThanOrEqual(6);
    for (const command of commands) {
      const said = spawnSync(`npx --no-install ${command}`, { cwd: folder, shell: true });
      expect({ command, ...said }).toMatchObject({ command, status: 0 });
    }
  });
});
