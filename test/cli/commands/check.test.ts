import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { listen } from '../../../local/loopback-server.ts';
import { contactCentre } from '../../../local/simulator/contact-centre.ts';
import { type Simulator, startSimulator } from '../../../local/simulator/server.ts';
import { CLIENT_SECRET, temporaryFolder } from '../activity-command.ts';
import { inProcess } from '../in-process.ts';

const HOUR_MS = 3_600_000;

let simulator: Simulator;
let folder: string;

const check = async (secret: object, ...more: string[]) => {
  const file = path.join(await mkdtemp(path.join(folder, 'given-')), 'credentials.json');
  await writeFile(file, JSON.stringify(secret), { mode: 0o600 });
  const connection = ['--account-id', 'a', '--host', simulator.url, '--credentials', file];
  return inProcess('check', ...connection, ...more);
};

beforeAll(async () => {
  folder = await temporaryFolder();
  const nowMs = Date.now();
  simulator = await startSimulator({
    accountId: 'a',
    clientId: 'cs',
    clientSecret: CLIENT_SECRET,
    centre: contactCentre({ seed: 3, agents: 1_000, fromMs: nowMs - 12 * HOUR_MS, toMs: nowMs }),
    behaviour: { timeZone: 'Asia/Kolkata' },
  });
});

afterAll(() => simulator.stop());

describe('check', () => {
  it('succeeds when every step does', async () => {
    const secret = { clientId: 'cs', clientSecret: CLIENT_SECRET };
    const { code, stdout } = await check(secret, '--source-time-zone', 'Asia/Kolkata');
    expect(code).toBe(0);
    expect(stdout).not.toContain('✗');
    expect(stdout.split('✓').length).toBeGreaterThan(4);
    // What to type next is the whole command.
    expect(stdout).toMatch(/ pull .*--host http.* --source-time-zone Asia\/Kolkata/);
  });

  it('names the zone that the source seems to write in', async () => {
    const { code, stderr } = await check({ clientId: 'cs', clientSecret: CLIENT_SECRET });
    expect(code).toBe(2);
    expect(stderr).toMatch(/--source-time-zone.*Asia\/Kolkata/);
  });

  it('fails on credentials that the source refuses, without repeating them', async () => {
    const { code, stdout, stderr } = await check({ clientId: 'cs', clientSecret: 'wrong-secret' });
    expect(code).toBe(1);
    expect(stderr).toContain('client id');
    expect(stdout + stderr).not.toContain('wrong-secret');
  });

  it('fails on a host that does not answer, and says how', async () => {
    const closed = await listen(createServer());
    await closed.close();
    const secret = { clientId: 'cs', clientSecret: 'x' };
    const { code, stderr } = await check(secret, '--host', closed.endpoint);
    expect(code).toBe(1);
    expect(stderr).toMatch(/ECONNREFUSED[\s\S]*--host/);
  });

  it('refuses a port that no request may go to', async () => {
    const secret = { clientId: 'cs', clientSecret: 'x' };
    const { code, stderr } = await check(secret, '--host', '127.0.0.1:6000');
    expect(code).toBe(2);
    expect(stderr).toMatch(/--host.*6000/);
  });
});
