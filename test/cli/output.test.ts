import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { listen } from '../../local/loopback-server.ts';
import { lambdaNode } from '../infra/lambda-runtime.ts';
import {
  activity,
  FROM,
  NOW,
  startAccount,
  temporaryFolder,
  writeCredentials,
} from './activity-command.ts';
import { inProcess } from './in-process.ts';

const FULL = '/dev/full';
const command = () => [`${process.env.ACTIVITY_COMMAND}`];

/** More rows than any disk or reader takes. */
const ENDLESS = 'SELECT * FROM range(1000000000000)';

let data: string;
beforeAll(async () => {
  data = await temporaryFolder();
  const account = await startAccount();
  const span = ['--from', FROM, '--now', '2025-03-11T09:00:00Z'];
  const pulled = await inProcess('pull', ...account.options, ...span, '--data', data);
  expect(pulled).toMatchObject({ code: 0 });
  await account.simulator.stop();
});

describe('output', () => {
  it.each([[], ['--json']])('ends when its reader has seen enough: sql %s', async (...options) => {
    const args = ['sql', ENDLESS, '--data', data, ...options];
    const child = spawn(process.execPath, [...command(), ...args]);
    const said = text(child.stderr);
    await once(child.stdout, 'data');
    child.stdout.destroy();
    await once(child, 'exit');
    expect([child.exitCode, await said]).toEqual([0, '']);
  });

  const onDisk = existsSync(FULL) ? it : it.skip;
  onDisk.each([
    ['sql', ENDLESS],
    ['status', '--json'],
  ])('fails in two lines when the disk is full: %s', async (...args) => {
    const child = spawn(process.execPath, [...command(), ...args, '--data', data], {
      stdio: ['ignore', openSync(FULL, 'w'), 'pipe'],
    });
    const [said] = await Promise.all([text(child.stderr as Readable), once(child, 'exit')]);
    expect(child.exitCode).toBe(1);
    expect(said).toContain('ENOSPC');
    expect(said).not.toMatch(/^\s+at /m);
  });
});

describe('sql', () => {
  it('takes a query that begins with a comment, as an argument and from a file', async () => {
    const file = 'sql/audit/stored-once.sql';
    const text = readFileSync(file, 'utf8');
    expect(text).toMatch(/^-- /);
    const asked = await Promise.all([
      activity('sql', text, '--data', data, '--csv'),
      inProcess('sql', '--file', file, '--data', data, '--csv'),
    ]);
    const header = expect.stringMatching(/^account_id,agent_id,.*\n$/);
    expect(asked).toEqual([0, 1].map(() => expect.objectContaining({ code: 0, stdout: header })));
    const both = await inProcess('sql', 'SELECT 1', '--file', file, '--data', data);
    expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining('--file') });
  });
});

describe('the surroundings', () => {
  it('are told in one line when Node.js is too old', async () => {
    const older = 'Object.defineProperty(process,"versions",{value:{node:"18.20.8"}})';
    const child = spawn(process.execPath, [
      ...['--import', `data:text/javascript,${encodeURIComponent(older)}`],
      ...[...command(), '--help'],
    ]);
    const [said] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    expect(child.exitCode).toBe(1);
    expect(said.split('\n')).toHaveLength(2);
    expect(said).toContain('Node.js 20 or later');
  });

  it('say when a proxy is set that this Node.js does not use', async () => {
    const env = { ...process.env, HTTPS_PROXY: 'http://127.0.0.1:9' };
    const child = spawn(process.execPath, [...command(), 'status', '--data', data], { env });
    const [said] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    expect(child.exitCode).toBe(0);
    const canUse = 'setGlobalProxyFromEnv' in (await import('node:http'));
    expect(said.includes('HTTPS_PROXY')).toBe(!canUse);
  });

  it('end when a proxy says nothing, or hangs up again and again', async () => {
    const silent = await listen(
      createServer().on('connect', (_, socket) =>
        socket.resume().once('end', () => socket.destroy()),
      ),
    );
    const rude = await listen(createServer().on('connect', (_, socket) => socket.destroy()));
    const credentials = await writeCredentials({ clientId: 'a', clientSecret: 'b' });
    const args = ['--account-id', 'a', '--host', 'smartassist.invalid', '--request-timeout', '1s'];
    args.push('--credentials', credentials);
    for (const { endpoint, close } of [silent, rude]) {
      const env = { ...process.env, HTTPS_PROXY: endpoint };
      const child = spawn(lambdaNode, [...command(), 'check', ...args], { env });
      const [said] = await Promise.all([text(child.stderr), once(child, 'exit')]);
      expect({ code: child.exitCode, named: said.includes('HTTPS_PROXY is set') }).toEqual({
        code: 1,
        named: true,
      });
      await close();
    }
  });

  it('may hold what a file system or a desktop puts into a folder', async () => {
    const folder = await temporaryFolder();
    await mkdir(path.join(folder, 'lost+found'));
    await writeFile(path.join(folder, '.DS_Store'), '');
    const account = await startAccount();
    const options = [...account.options, '--data', folder, '--now', '2025-03-11'];
    const pulled = await inProcess('pull', ...options);
    expect(pulled).toMatchObject({ code: 0 });
    await account.simulator.stop();
  });
});

describe('several pulls on one folder', () => {
  it('leave no run without an end, though who serves it ends first', async () => {
    const folder = await temporaryFolder();
    const account = await startAccount();
    const span = ['--from', FROM, '--now', NOW, '--max-window', '4h'];
    const pull = ['pull', ...account.options, ...span, '--data', folder];
    const pulls = await Promise.all([1, 2, 3].map(() => activity(...pull)));
    expect(pulls.map(({ code }) => code)).toEqual([0, 0, 0]);
    const { stdout } = await inProcess('runs', '--data', folder, '--json', '--limit', '1000');
    const statuses = JSON.parse(stdout).map(({ status }: { status: string }) => status);
    expect(statuses).not.toContain('started');
    expect(statuses).not.toContain('failed');
    await account.simulator.stop();
  });
});
