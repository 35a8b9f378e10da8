import { type AlarmName, alarmRules, runbookAnchor } from '../shared/alarms.ts';

/** What an alarm says: its name for people, which is its heading in the runbook, and what it means. */
export interface AlarmText {
  readonly title: string;
  readonly meaning: string;
}

const meanings: Readonly<Record<AlarmName, string>> = {
  DataStale: 'The newest data in the lake is older than it may be, or no pull says how old it is.',
  NoSuccessfulPull: 'For three schedules no pull has reached everything that had settled.',
  CredentialsRefused: 'The credentials are missing, malformed or refused: no pull can succeed.',
  SourceContractChanged:
    'The source answers, but not as its API says. Nothing of such an answer is merged.',
  RowsRejected:
    'More than 1 % of the rows of an hour could not be understood. They are kept, not lost.',
  RowsOutside:
    'Of the rows of an hour more than four in five lie outside the windows that were asked for.',
  DayNotConfirmed: 'A day was checked for the last time by the schedule, and is not confirmed.',
  ThrottledForAnHour: 'The source has answered 429 for an hour: its requests a minute run out.',
};

/** The alarms of `alarmRules`, in their order. */
export const ruleTexts = Object.fromEntries(
  Object.entries(alarmRules).map(([name, { title }]) => [
    name,
    { title, meaning: meanings[name as AlarmName] },
  ]),
) as Readonly<Record<AlarmName, AlarmText>>;

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
