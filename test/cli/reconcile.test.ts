import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { verdictOn } from '../../cli/checked-days.ts';
import { contactCentre } from '../../local/simulator/contact-centre.ts';
import { type Simulator, startSimulator } from '../../local/simulator/server.ts';
import type { CompletenessRow } from '../../shared/activity/completeness.ts';
import { activity, CLIENT_SECRET, temporaryFolder, writeCredentials } from './activity-command.ts';

// Processes are started, and the machine may be slow.
jest.setTimeout(120_000);

const DAY_MS = 86_400_000;

let simulator: Simulator;
let data: string;
let options: string[];

beforeAll(async () => {
  const nowMs = Date.now();
  const fromMs = Math.floor(nowMs / DAY_MS) * DAY_MS - 2 * DAY_MS;
  const centre = contactCentre({ seed: 9, agents: 4, fromMs, toMs: nowMs });
  const client = { clientId: 'cs-test', clientSecret: CLIENT_SECRET };
  simulator = await startSimulator({ accountId: 'a', centre, ...client });
  data = await temporaryFolder();
  options = ['--account-id', 'a', '--host', simulator.url, '--data', data];
  options.push('--credentials', await writeCredentials(client));
  options.push('--requests-per-minute', '100000');
  const from = new Date(fromMs).toISOString();
  // One day is read whole, and an hour of the next.
  const now = new Date(fromMs + DAY_MS + 3_600_000).toISOString();
  const pulled = await activity('pull', ...options, '--from', from, '--now', now);
  expect(pulled).toMatchObject({ code: 0 });
});

afterAll(() => simulator.stop());

describe('reconcile', () => {
  it('stores again what was lost, and confirms a day when nothing was missing', async () => {
    const stored = path.join(data, 's3/activity-lake/activity/account_id=a');
    const [oldest = ''] = (await readdir(stored)).sort();
    await rm(path.join(stored, oldest), { recursive: true });

    const lines = async () => {
      const { code, stdout } = await activity('reconcile', ...options, '--days', '3');
      expect(code).toBe(0);
      return stdout.split('\n').slice(2);
    };
    const first = await lines();
    expect(await readdir(stored)).toContain(oldest);
    expect(first[0]).toContain('not read whole');
    expect(first[1]).toMatch(new RegExp(`^${oldest.slice(3)} .* something was added`));
    const [, confirmed, yesterday] = await lines();
    expect(confirmed).toMatch(new RegExp(`^${oldest.slice(3)} .* since 20`));
    expect(yesterday).toContain('not read whole');
  });
});

describe('verdictOn', () => {
  const found = {
    ...{ day_start: 0, checked_at: 2 * DAY_MS, listed: 5, stored_before: 5, added: 0 },
    ...{ withdrawn: 0, rejected: 0, suspect_windows: 0, empty_acknowledged_at: null },
    ...{ confirmed: false, confirmed_since: null, run_id: 'r' },
  } satisfies CompletenessRow;

  it.each<[string, Partial<CompletenessRow>]>([
    ['late events', { checked_at: 2 * DAY_MS - 1, added: 3 }],
    ['added', { added: 3 }],
    ['limit', { suspect_windows: 1 }],
    ['listed nothing', { listed: 0 }],
    ['since 1970-01-04', { confirmed: true, confirmed_since: 3 * DAY_MS }],
  ])('says why a day is confirmed or not: %s', (words, row) => {
    expect(verdictOn({ found: { ...found, ...row }, readWhole: true })).toContain(words);
  });
});
