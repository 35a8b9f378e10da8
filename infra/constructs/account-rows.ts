import { Duration } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  GraphWidget,
  type IAlarm,
  type IMetric,
  type IWidget,
  Metric,
  Row,
  SingleValueWidget,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { MetricName } from '../../shared/metrics.ts';
import { AccountMetrics } from './account-metrics.ts';

/** An account as a dashboard shows it. */
interface ShownAccount {
  readonly id: string;
  readonly functionName: string;
  readonly alarms: readonly IAlarm[];
}

const HEIGHT = 6;
/** Periods, minutes. An account that is pulled less often has fewer points, not other ones. */
const TICK = 5;
const HOUR = 60;
const DAY = 1_440;

/** The rows of one account, the most important first. */
export function accountRows(namespace: string, account: ShownAccount): readonly IWidget[] {
  const metrics = new AccountMetrics(namespace, account.id);
  const sum = (name: MetricName, label: string, periodMinutes = HOUR) =>
    metrics.shown(name, { statistic: 'Sum', periodMinutes, label });
  const most = (name: MetricName, label: string) =>
    metrics.shown(name, { statistic: 'Maximum', periodMinutes: TICK, label });
  const ofLambda = (metricName: string, label: string, how = { statistic: 'Sum', minutes: HOUR }) =>
    new Metric({
      namespace: 'AWS/Lambda',
      metricName,
      label,
      statistic: how.statistic,
      dimensionsMap: { FunctionName: account.functionName },
      period: Duration.minutes(how.minutes),
    });

  return [
    new Row(
      says(
        `# ${account.id}`,
        'Is it **fresh**: the lag is minutes, and pulls succeed. Is it **complete**: 0 unconfirmed days. Is it **healthy**: no alarm is on.',
      ),
      new AlarmStatusWidget({
        title: 'Alarms',
        width: 8,
        height: HEIGHT,
        alarms: [...account.alarms],
      }),
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
        ofLambda('Invocations', 'invocations'),
        ofLambda('Errors', 'errors'),
        ofLambda('Throttles', 'throttles'),
      ]),
    ),
    new Row(
      says('## Costs', 'What drives the bill: seconds of Lambda, bytes read, blocks rewritten.'),
      graph(
        'How long a run takes, milliseconds',
        [
          metrics.shown('RunDuration', {
            statistic: 'Average',
            periodMinutes: TICK,
            label: 'run, average',
          }),
          most('RunDuration', 'run, longest'),
          ofLambda('Duration', 'Lambda, longest', { statistic: 'Maximum', minutes: TICK }),
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
