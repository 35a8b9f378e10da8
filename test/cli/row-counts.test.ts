import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { openFolder } from '../../cli/folder-place.ts';
import type { Place } from '../../cli/place.ts';
import { countRows } from '../../cli/row-counts.ts';
import { writeBlock } from '../../shared/lake/block-format.ts';
import { blockKey } from '../../shared/lake/table.ts';
import { agentActivity } from '../../shared/lake/tables.ts';

const HOUR_MS = 3_600_000;
const environmentBefore = { ...process.env };
let place: Place;

beforeAll(async () => {
  place = openFolder(await mkdtemp(path.join(tmpdir(), 'row-counts-')));
});

afterAll(async () => {
  await place.close();
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
  const Key = blockKey(agentActivity, accountId, day);
  await place.use(({ s3 }) =>
    s3.send(new PutObjectCommand({ Bucket: place.bucket, Key, Body: block })),
  );
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
    const count = (...accounts: string[]) =>
      place.use((clients) => countRows(clients, place, agentActivity, accounts));
    expect(await count('a')).toBe(235);
    expect(await count('a', 'b')).toBe(1_235);
    expect(await count('nobody')).toBe(0);
  });

  it('reads a footer that is longer than most', async () => {
    expect(await put('long', '2026-01-01', 100, 4)).toBeGreaterThan(64_000);
    const counted = await place.use((clients) =>
      countRows(clients, place, agentActivity, ['long']),
    );
    expect(counted).toBe(100);
  });
});
