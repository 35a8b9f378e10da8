import type { AgentActivityRow } from '../../../shared/activity/event.ts';
import { localDaysIn } from '../../../shared/activity/local-day.ts';
import { type Span, sourceZone } from '../../../shared/activity/source-zone.ts';
import { type AgentStayRow, stays } from '../../../shared/activity/stays.ts';
import { agentStay } from '../../../shared/lake/agent-stay.ts';
import { agentActivity, withdrawnActivity } from '../../../shared/lake/tables.ts';
import type { TestAccount } from './test-lake.ts';

/** What a test account has where a test sets nothing else. */
const BY_DEFAULT = { reportTimeZone: 'UTC', longestStay: 12 * 3_600_000 };

/**
 * That the stays of every local day are what is stored says. Told apart are days without rows, which
 * there may be, from days without a block.
 *
 * @param covered what was read whole; default: all from the start to the watermark
 */
export async function expectStaysOf(
  account: TestAccount,
  { settings = BY_DEFAULT, covered }: { settings?: typeof BY_DEFAULT; covered?: Span } = {},
): Promise<void> {
  const state = await account.checkpoint();
  if (state === null) throw new Error('The account has no checkpoint');
  const known = covered ?? { fromMs: state.startMs, toMs: state.watermarkMs };
  const events = await account.rows<AgentActivityRow>(agentActivity);
  const withdrawn = await account.rows<never>(withdrawnActivity);
  const stored = await account.blocks<AgentStayRow>(agentStay);
  const expected = localDaysIn(sourceZone(settings.reportTimeZone), known).map(
    (day): [string, readonly AgentStayRow[]] => [
      `stays/account_id=${account.accountId}/day=${day}/current`,
      stays(events, withdrawn, day, settings, known),
    ],
  );
  expect(stored).toEqual(new Map(expected));
}
