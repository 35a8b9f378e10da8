import type { AgentActivityRow } from '../../../shared/activity/event.ts';
import { localDaysIn } from '../../../shared/activity/local-day.ts';
import { sourceZone } from '../../../shared/activity/source-zone.ts';
import type { Span } from '../../../shared/activity/spans.ts';
import { type AgentStayRow, stays } from '../../../shared/activity/stays.ts';
import { agentStay } from '../../../shared/lake/agent-stay.ts';
import { agentActivity, withdrawnActivity } from '../../../shared/lake/tables.ts';
import type { TestAccount } from './test-lake.ts';

/** What a test account has where a test sets nothing else. */
const BY_DEFAULT = { reportTimeZone: 'UTC', longestStayMs: 12 * 3_600_000 };

/**
 * That the stays of every local day are what is stored says. Told apart are days without rows, which
 * there may be, from days without a block.
 *
 * @param covered what was read whole; default: all from the start to the watermark
 * @param upTo of a day that is not over stays may tell less than the watermark says, where nothing happened since
 */
export async function expectStaysOf(
  account: TestAccount,
  {
    settings = BY_DEFAULT,
    covered,
    upTo = 'watermark',
  }: {
    settings?: typeof BY_DEFAULT;
    covered?: Span;
    upTo?: 'watermark' | 'what happened';
  } = {},
): Promise<void> {
  const state = await account.checkpoint();
  if (state === null) throw new Error('The account has no checkpoint');
  const events = await account.rows(agentActivity);
  const withdrawn = await account.rows(withdrawnActivity);
  const stored = await account.blocks(agentStay);
  const told = [...stored.values()].flat().map((row) => row.observed_until);
  const toMs = upTo === 'watermark' ? state.watermarkMs : Math.max(...told);
  const isBetween = ({ event_time }: AgentActivityRow) =>
    event_time >= toMs && event_time < state.watermarkMs;
  expect(events.filter(isBetween)).toEqual([]);
  const known = covered ?? { fromMs: state.startMs, toMs };
  const expected = localDaysIn(sourceZone(settings.reportTimeZone), known).map(
    (day): [string, readonly AgentStayRow[]] => [
      `stays/account_id=${account.accountId}/day=${day}/current`,
      stays(events, withdrawn, day, settings, known),
    ],
  );
  expect(stored).toEqual(new Map(expected));
}
