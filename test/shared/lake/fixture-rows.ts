import { mergeRows, type Row } from '../../../shared/activity/merge.ts';
import { agentActivity } from '../../../shared/lake/tables.ts';

const dayMs = Date.parse('2026-11-01T00:00:00Z');
const agents = ['a-1', 'Zoë', '離席', '😀', '\uffee wide', 'x'.repeat(300)];

/** The rows of layout-1.parquet, which hyparquet-writer 0.17.0 wrote from them, and of layout-1-effort-4.parquet, which this product did. */
export const fixtureRows: readonly Row[] = mergeRows<Row>(
  agentActivity,
  [],
  Array.from({ length: 300 }, (_, i) => ({
    agent_id: agents[i % agents.length] as string,
    event_time: dayMs + ((i * 4_999) % 43_200) * 1_000,
    activity: ['Available', 'Busy', 'Away'][i % 3] as string,
    reason_code: i % 4 === 0 ? `reason ${i % 5}` : null,
    occurrence: 1,
    changes_in_second: 1 + (i % 2),
    event_seq: i % 2,
    ingested_at: dayMs + 86_400_000 + (i % 7) * 300_000,
    source_object: `landing/account_id=a/dt=2026-11-01/${i % 7}.json.gz`,
    extra: i === 7 ? '{"é":1}' : null,
  })),
).rows;
