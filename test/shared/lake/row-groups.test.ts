import type { AgentActivityRow } from '../../../shared/activity/event.ts';
import { mergeRows, type Row } from '../../../shared/activity/merge.ts';
import { writeBlock } from '../../../shared/lake/block-format.ts';
import { rowGroupsIn, rowGroupsText } from '../../../shared/lake/row-groups.ts';
import { agentActivity, agents } from '../../../shared/lake/tables.ts';

const HOUR = 3_600_000;
const dayMs = Date.parse('2026-11-01T00:00:00Z');

function groupsOf(...hours: readonly number[]) {
  const rows = hours.map((hour) => ({
    ...{ agent_id: 'a', event_time: dayMs + hour * HOUR, activity: 'Busy', reason_code: null },
    ...{ occurrence: 1, changes_in_second: 1, event_seq: 0, ingested_at: dayMs },
    ...{ source_object: 'landing/a', extra: null },
  })) satisfies AgentActivityRow[];
  const block = writeBlock(agentActivity, mergeRows<Row>(agentActivity, [], rows).rows);
  return rowGroupsIn(agentActivity, rowGroupsText(agentActivity, block) ?? '');
}

describe('the row groups that a pointer names', () => {
  it('are those with rows, each with the four hours that it can hold', () => {
    const spans = groupsOf(1, 2, 13, 23.5).map(({ fromMs, toMs }) => [fromMs, toMs]);
    const hours = [0, 12, 20];
    expect(spans).toEqual(hours.map((hour) => [dayMs + hour * HOUR, dayMs + (hour + 4) * HOUR]));
  });

  it('have another digest where a row was added, wherever in the file they lie, and nowhere else', () => {
    const [night, noon] = groupsOf(1, 13);
    const [nightNow, noonNow] = groupsOf(1, 2, 13);
    expect(nightNow?.digest).not.toBe(night?.digest);
    expect(noonNow).toEqual(noon);
  });

  it('are none of an empty block, and not told of a table without them', () => {
    expect(groupsOf()).toEqual([]);
    expect(rowGroupsText(agents, writeBlock(agents, []))).toBeNull();
  });
});
