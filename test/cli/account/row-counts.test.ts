import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { countRows } from '../../../cli/account/row-counts.ts';
import { type LocalAws, startLocalAws } from '../../../local/aws.ts';
import { type AwsClients, awsClients } from '../../../shared/aws.ts';
import { writeBlock } from '../../../shared/lake/block-format.ts';
import { agentActivity } from '../../../shared/lake/tables.ts';
import { accountStores } from '../../../shared/run/account-stores.ts';

const HOUR_MS = 3_600_000;
const environmentBefore = { ...process.env };
const lake = { bucket: 'lake', checkpointTable: 'checkpoint' };
let aws: LocalAws;
let clients: AwsClients;

beforeAll(async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'row-counts-'));
  aws = await startLocalAws({ dataDir, ...lake });
  Object.assign(process.env, aws.environment);
  clients = awsClients();
});

afterAll(async () => {
  await aws.stop();
  process.env = environmentBefore;
});

/** @param everyHours between two rows: a row group holds four hours */
async function put(accountId: string, day: string, rows: number, everyHours = 0): Promise<number> {
  const block = writeBlock(
    agentActivity,
    Array.from({ length: rows }, (_, index) => ({
      ...{ agent_id: `a-${index}`, activity: 'busy', reason_code: null, occurrence: 1 },
      ...{ changes_in_second: 1, event_seq: 0, ingested_at: 1, source_object: 'k', extra: null },
      event_time: Date.parse(day) + index * everyHours * HOUR_MS,
    })),
  );
  const { blocks } = accountStores(clients, lake, accountId);
  await blocks.replace({ table: agentActivity, accountId, day }, async () => block);
  return block.byteLength;
}

describe('countRows', () => {
  it('sums the footers of all blocks of the accounts asked for', async () => {
    await Promise.all([
      put('a', '2026-01-01', 5),
      put('a', '2026-01-02', 30),
      put('a', '2026-01-03', 200),
      put('b', '2026-01-01', 1_000),
      put('c', '2026-01-01', 7),
    ]);
    const count = (...accounts: string[]) => countRows(clients, lake, agentActivity, accounts);
    expect(await count('a')).toBe(235);
    expect(await count('a', 'b')).toBe(1_235);
    expect(await count('nobody')).toBe(0);
  });

  it('reads a footer that is longer than most', async () => {
    expect(await put('long', '2026-01-01', 100, 4)).toBeGreaterThan(64_000);
    expect(await countRows(clients, lake, agentActivity, ['long'])).toBe(100);
  });
});
