import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { verdictOn } from '../../../cli/account/checked-days.ts';
import { type Simulator, startSimulator } from '../../../local/simulator/server.ts';
import type { CompletenessRow } from '../../../shared/activity/completeness.ts';
import { CLIENT_SECRET, temporaryFolder, writeCredentials } from '../activity-command.ts';
import { inProcess } from '../in-process.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let simulator: Simulator;
let data: string;
let options: string[];

beforeAll(async () => {
  const nowMs = Date.now();
  // The command goes by the real clock: three days back it is the same before and after midnight.
  const fromMs = Math.floor(nowMs / DAY_MS) * DAY_MS - 3 * DAY_MS;
  // Something every hour, for on a weekend few would be at work.
  const events = Array.from({ length: 72 }, (_, hour) => {
    const eventMs = fromMs + hour * HOUR_MS;
    const change = { agentId: 'a-1', activity: 'Busy', reasonCode: `${hour}`, seq: 0 };
    return { ...change, eventMs, listedAtMs: eventMs };
  });
  const client = { clientId: 'cs-test', clientSecret: CLIENT_SECRET };
  simulator = await startSimulator({ accountId: 'a', centre: { agents: [], events }, ...client });
  data = await temporaryFolder();
  options = ['--account-id', 'a', '--host', simulator.url, '--data', data];
  options.push('--credentials', await writeCredentials(client));
  options.push('--requests-per-minute', '100000');
  const from = new Date(fromMs).toISOString();
  // One day is read whole, and an hour of the next.
  const now = new Date(fromMs + DAY_MS + HOUR_MS).toISOString();
  const pulled = await inProcess('pull', ...options, '--from', from, '--now', now);
  expect(pulled).toMatchObject({ code: 0 });
});

afterAll(() => simulator.stop());

describe('reconcile', () => {
  it('stores again what was lost, and confirms a day when nothing was missing', async () => {
    const stored = path.join(data, 's3/activity-lake/activity/account_id=a');
    const [oldest = ''] = (await readdir(stored)).sort();
    await rm(path.join(stored, oldest), { recursive: true });

    const day = oldest.slice('dt='.length);
    const dayAfter = new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10);
    const lineOf = (text: string, begin: string) =>
      text.split('\n').find((line) => line.startsWith(begin));
    const reconcile = async () => {
      const { code, stdout, stderr } = await inProcess('reconcile', ...options, '--days', '4');
      expect(code).toBe(0);
      const [, windows] = /(\d+) windows/.exec(stderr) ?? [];
      expect(stderr).toContain(`Checks 1 day: about ${windows} requests`);
      expect(lineOf(stdout, dayAfter)).toContain('not read whole');
      return lineOf(stdout, day);
    };
    expect(await reconcile()).toContain('something was added');
    expect(await readdir(stored)).toContain(oldest);
    expect(await reconcile()).toMatch(/ since 20/);
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
