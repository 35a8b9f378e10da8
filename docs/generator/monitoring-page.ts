import { furtherTexts } from '../../infra/alarm-texts.ts';
import { savedQueries } from '../../infra/saved-queries.ts';
import { type AlarmRule, type AlarmText, alarmRules, runbookAnchor } from '../../shared/alarms.ts';
import { ACCOUNT_DIMENSION, type Metric, metrics } from '../../shared/metrics.ts';
import { commonFields, logLines } from './log-lines.ts';

const EVERY_MINUTES = 5;

/** The page `docs/monitoring.md`, made from what the function, the alarms and the queries are made from. */
export function monitoringPage(): string {
  return [
    '# Monitoring',
    '',
    'Made from `shared/metrics.ts`, `shared/alarms.ts`, `infra/alarm-texts.ts`, `docs/generator/log-lines.ts` and `sql/` by `npm run docs`;',
    'a test keeps them the same. What to do when an alarm is on: [runbook.md](runbook.md). Questions of an auditor: [audit.md](audit.md).',
    '',
    'Start at the overview: the output `DashboardLink` of the stack. It shows the ten accounts that are worst off in each respect, and those that are',
    'stale. Its button leads to the dashboard of one account, which is chosen at the top: the first row says whether it is fresh, complete and',
    'healthy. `npm run activity -- status --stack NAME` says the same in a terminal.',
    '',
    '## Metrics',
    '',
    `In the namespace that is the name of the stack, with one dimension, \`${ACCOUNT_DIMENSION}\`: the account's id. Each run publishes its own when it`,
    'ends, in a line of its log (CloudWatch’s embedded metric format), so they cost no request and can’t delay a run. What a job can’t tell it',
    'leaves out.',
    '',
    'CloudWatch asks for a metric by the hours in which it has data. So those that mostly are 0 are sent only when they are not, and',
    'graphs and alarms take 0 where there is none.',
    '',
    '| Metric | Unit | Meaning | Sent by | Sent |',
    '|---|---|---|---|---|',
    ...Object.entries<Metric>(metrics).map(
      ([name, { unit, meaning, sparse, jobs = ['every job'] }]) =>
        `| \`${name}\` | ${unit} | ${meaning} | ${jobs.join(', ')} | ${sparse ? 'when not 0' : 'always'} |`,
    ),
    '',
    '## Alarms',
    '',
    `Each enabled account has these; the numbers are those of a schedule of ${EVERY_MINUTES} minutes. All of them are heard at the topic in the output`,
    '`AlarmTopic`, where `alarmEmail` is subscribed. The first two are heard together, as "The lake is stale": that one alone also says when it',
    'is over. Of the others most go off because a period passed in which nothing was measured, which says nothing; the runbook says how to know.',
    '',
    '| Alarm | On when | Meaning |',
    '|---|---|---|',
    ...Object.values<AlarmRule>(alarmRules).map((rule) => alarmRow(rule, whenOn(rule))),
    alarmRow(
      furtherTexts.FarFewerEvents,
      'the sum of `NewEvents` of each of 3 hours lies below the band of 4 standard deviations that CloudWatch learned; after two weeks',
    ),
    alarmRow(furtherTexts.LakeStale, 'one of the first two is on'),
    '',
    'And these are of all accounts together:',
    '',
    '| Alarm | On when | Meaning |',
    '|---|---|---|',
    alarmRow(furtherTexts.RunFailed, arrivedIn('FailedRuns')),
    alarmRow(furtherTexts.RunNotDelivered, arrivedIn('UndeliveredRuns')),
    '',
    '## Log lines',
    '',
    'All accounts share a log group, the output `LogGroup`, kept for 13 months; each function writes streams of its own. Its lines are JSON; the fields of each kind of line stand in an object of their own, so',
    'that Logs Insights calls them `run.status`, `window.new`, … It finds at most 200 fields in a line: of a run that wrote more than fifty blocks it knows',
    'the first of them, and `@message` has all.',
    '',
    ...Object.entries(logLines).flatMap(([message, { says, under, fields }]) => [
      `### \`${message}\``,
      '',
      says,
      '',
      '| Field | Meaning |',
      '|---|---|',
      ...Object.entries(fields).map(([name, meaning]) => `| \`${under}.${name}\` | ${meaning} |`),
      '',
    ]),
    '### All of them',
    '',
    '| Field | Meaning |',
    '|---|---|',
    ...Object.entries(commonFields).map(([name, meaning]) => `| \`${name}\` | ${meaning} |`),
    '',
    '## Saved queries',
    '',
    'In Logs Insights, under "Saved queries" in the folder of the stack’s name. They read the logs of all accounts, for the time range that is',
    'chosen there, at $0.005 a GB read.',
    '',
    '| Query | File |',
    '|---|---|',
    ...savedQueries('logs-insights').map(
      ({ title, file }) => `| ${title} | [${file}](../sql/logs-insights/${file}.txt) |`,
    ),
    '',
  ].join('\n');
}

function alarmRow({ title, meaning }: AlarmText, when: string): string {
  return `| [${title}](runbook.md#${runbookAnchor(title)}) | ${when} | ${meaning} |`;
}

function arrivedIn(queue: string): string {
  return `in the last 30 minutes a message came into the queue in the output \`${queue}\``;
}

function whenOn({ of, statistic, missing, watch }: AlarmRule): string {
  const { periodMinutes, periods, breaches, threshold } = watch(EVERY_MINUTES);
  const what =
    typeof of === 'string'
      ? `the ${statistic.toLowerCase()} of \`${of}\``
      : `\`${of.share}\` in per cent of it and \`${of.among}\`, if at least ${of.atLeast}`;
  const over =
    periods === 1
      ? `over ${periodMinutes} minutes`
      : `in each of ${periods} times ${periodMinutes} minutes`;
  const silence = missing === 'breaching' ? ', or there is none' : '';
  return `${what} is ${breaches} ${threshold} ${over}${silence}`;
}
