import { Duration } from 'aws-cdk-lib';
import {
  type AlarmBase,
  AlarmStatusWidget,
  GraphWidget,
  type IMetric,
  type IWidget,
  Row,
  SingleValueWidget,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { MetricName } from '../../shared/metrics.ts';
import type { AccountDeployment } from '../settings.ts';
import { AccountMetrics } from './account-metrics.ts';

/** An account as the dashboard shows it. */
export interface ShownAccount {
  readonly account: AccountDeployment;
  readonly function: IFunction;
  readonly alarms: readonly AlarmBase[];
}

const HEIGHT = 6;
const HOUR = 60;
const DAY = 1_440;

/** The rows of one account, the most important first. */
export function accountRows(namespace: string, shown: ShownAccount): readonly IWidget[] {
  const { account, alarms } = shown;
  const metrics = new AccountMetrics(namespace, account.id);
  const tick = Math.max(5, account.schedule);
  const sum = (name: MetricName, label: string, periodMinutes = Math.max(HOUR, account.schedule)) =>
    metrics.shown(name, { statistic: 'Sum', periodMinutes, label });
  const most = (name: MetricName, label: string, periodMinutes = tick) =>
    metrics.shown(name, { statistic: 'Maximum', periodMinutes, label });

  return [
    new Row(
      says(
        `# ${account.name ?? account.id}`,
        'Is it **fresh**: the lag is minutes, and pulls succeed. Is it **complete**: 0 unconfirmed days. Is it **healthy**: no alarm is on.',
      ),
      new AlarmStatusWidget({ title: 'Alarms', width: 8, height: HEIGHT, alarms: [...alarms] }),
      value('Behind, seconds', most('WatermarkLag', 'seconds')),
      value('Pulls that succeeded, latest hour', sum('SuccessfulPulls', 'pulls')),
      value('Unconfirmed days, latest check', sum('UnconfirmedDays', 'days', DAY)),
    ),
    new Row(
      says(
        '## Volume',
        'What came in. Rejected, unknown and withdrawn are for somebody to look at: `docs/monitoring.md` says how.',
      ),
      graph('Events', [sum('Events', 'listed'), sum('NewEvents', 'new')]),
      graph('Events to look at', [
        sum('LateEvents', 'late'),
        sum('UnknownActivity', 'unknown status'),
        sum('RejectedRows', 'rejected'),
        sum('WithdrawnEvents', 'withdrawn'),
      ]),
    ),
    new Row(
      says(
        '## Source',
        'How Kore.ai behaves. Throttled: somebody uses the requests of the account up. Split windows: answers may be cut there.',
      ),
      graph('Requests', [
        sum('Requests', 'requests'),
        sum('Retries', 'sent again'),
        sum('Throttled', 'throttled, 429'),
        sum('AuthFailures', 'refused, 401 and 403'),
      ]),
      graph('Windows', [
        sum('WindowsSplit', 'split'),
        sum('SuspectWindows', 'accepted, but suspect'),
        sum('UnknownEnvelopeFields', 'unknown fields beside the events'),
        sum('RowsOutside', 'rows outside of them'),
      ]),
    ),
    new Row(
      says('## Runs', 'How runs end: by what the product says of them, and by what Lambda says.'),
      graph('Failed runs', [
        sum('FailedRuns', 'all'),
        sum('CredentialsFailures', 'of these: credentials'),
        sum('ContractFailures', 'of these: the source has changed'),
      ]),
      graph('Lambda', [
        shown.function.metricInvocations({ period: Duration.hours(1), label: 'invocations' }),
        shown.function.metricErrors({ period: Duration.hours(1), label: 'errors' }),
        shown.function.metricThrottles({ period: Duration.hours(1), label: 'throttles' }),
      ]),
    ),
    new Row(
      says('## Costs', 'What drives the bill: seconds of Lambda, bytes read, blocks rewritten.'),
      graph(
        'How long a run takes, milliseconds',
        [
          metrics.shown('RunDuration', {
            statistic: 'Average',
            periodMinutes: tick,
            label: 'run, average',
          }),
          most('RunDuration', 'run, longest'),
          shown.function.metricDuration({
            period: Duration.minutes(tick),
            statistic: 'Maximum',
            label: 'Lambda, longest',
          }),
        ],
        7,
      ),
      graph('Bytes read', [sum('ResponseBytes', 'bytes')], 7),
      graph('Blocks rewritten', [sum('BlocksRewritten', 'blocks')], 6),
    ),
  ];
}

function says(heading: string, meaning: string): IWidget {
  return new TextWidget({ width: 4, height: HEIGHT, markdown: `${heading}\n\n${meaning}` });
}

function value(title: string, metric: IMetric): IWidget {
  return new SingleValueWidget({
    title,
    width: 4,
    height: HEIGHT,
    sparkline: true,
    metrics: [metric],
  });
}

function graph(title: string, left: IMetric[], width = 10): IWidget {
  return new GraphWidget({ title, width, height: HEIGHT, left, leftYAxis: { min: 0 } });
}
