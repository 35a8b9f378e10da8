import { type AlarmText, runbookAnchor } from '../shared/alarms.ts';

/** What CloudWatch alone can watch: queues, habits, and other alarms. */
export const furtherTexts = {
  LakeStale: {
    title: 'The lake is stale',
    meaning: 'Nothing new arrives: data is stale, or no pull succeeds, or both.',
  },
  FarFewerEvents: {
    title: 'Far fewer events than usual',
    meaning:
      'Three hours in a row, or pulls if they are rarer, brought far fewer new events than they usually do at this time of the week.',
  },
  RunFailed: {
    title: 'Runs failed',
    meaning:
      'Within half an hour a run failed, of any account. The messages in the queue say which and why.',
  },
  RunNotDelivered: {
    title: 'Runs could not be started',
    meaning:
      'Within half an hour EventBridge Scheduler could not start a run. The messages in the queue say why.',
  },
} as const satisfies Record<string, AlarmText>;

/** An alarm's description, which each message of it quotes. */
export function describedIn(account: string | null, { title, meaning }: AlarmText): string {
  const whose = account === null ? '' : ` Account: ${account}.`;
  return `${meaning}${whose} What to do: docs/runbook.md#${runbookAnchor(title)}`;
}
