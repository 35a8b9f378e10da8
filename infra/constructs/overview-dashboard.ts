import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  AlarmState,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IWidget,
  MathExpression,
  Row,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { ACCOUNT_DIMENSION, type MetricName } from '../../shared/metrics.ts';
import { furtherTexts } from '../alarm-texts.ts';
import type { AccountDeployment } from '../settings.ts';
import { alarmNameOf } from './account-alarms.ts';
import type { FailedWork } from './failed-work.ts';

const HEIGHT = 6;
/** CloudWatch shows no more in one widget. */
const ALARMS_IN_A_WIDGET = 100;
/** Of hundreds of accounts those are shown that need somebody. */
const WORST = 10;

interface OverviewProps {
  readonly name: string;
  /** Also the namespace of the metrics. */
  readonly stackName: string;
  /** Where one account is looked at. */
  readonly accountDashboard: string;
  readonly failedWork: FailedWork;
  /** Those that are pulled. */
  readonly accounts: readonly AccountDeployment[];
}

/** All accounts on one page: which of them need somebody. */
export class OverviewDashboard extends Construct {
  constructor(scope: Construct, id: string, props: OverviewProps) {
    super(scope, id);
    const { name, stackName } = props;
    const dashboard = new Dashboard(this, 'Dashboard', {
      dashboardName: name,
      defaultInterval: Duration.days(1),
    });
    const worst = (title: string, metric: MetricName, how: How) =>
      worstAccounts(stackName, title, metric, how);
    dashboard.addWidgets(
      this.#head(props),
      ...this.#staleAccounts(props),
      new Row(
        says(
          '## Fresh',
          `The ${WORST} accounts that were furthest behind, and the ${WORST} that failed most.`,
        ),
        worst('Behind, seconds', 'WatermarkLag', { statistic: 'Maximum', minutes: 5 }),
        worst('Failed runs', 'FailedRuns', { statistic: 'Sum', minutes: 60 }),
      ),
      new Row(
        says(
          '## Complete',
          'Accounts with days that no check confirmed, and with rows that could not be understood.',
        ),
        worst('Unconfirmed days', 'UnconfirmedDays', { statistic: 'Sum', minutes: 1_440 }),
        worst('Rejected rows', 'RejectedRows', { statistic: 'Sum', minutes: 60 }),
      ),
      new Row(
        says(
          '## Source',
          'Accounts whose requests a minute were used up, and those with the most new events.',
        ),
        worst('Throttled, 429', 'Throttled', { statistic: 'Sum', minutes: 60 }),
        worst('New events', 'NewEvents', { statistic: 'Sum', minutes: 60 }),
      ),
    );
  }

  #head({ failedWork, accountDashboard }: OverviewProps): IWidget {
    const { failedRuns, undeliveredRuns } = failedWork;
    return new Row(
      new TextWidget({
        width: 6,
        height: HEIGHT,
        markdown: [
          '# Agent Activity Lake',
          '**All accounts.** Green: nothing needs you. An alarm’s description says what it means, and names its section of `docs/runbook.md`.',
          `[button:primary:One account](#dashboards:name=${accountDashboard})`,
          'Disabled accounts are not shown.',
        ].join('\n\n'),
      }),
      new AlarmStatusWidget({
        title: 'Work that failed, of all accounts',
        width: 6,
        height: HEIGHT,
        alarms: [...failedWork.alarms],
      }),
      new GraphWidget({
        title: 'Failed work, as it arrived',
        width: 12,
        left: [failedRuns, undeliveredRuns].map((queue) =>
          queue.metricNumberOfMessagesSent({
            period: Duration.minutes(5),
            statistic: 'Sum',
            label: queue.node.id,
          }),
        ),
      }),
    );
  }

  /** Only those that are on: empty is good. */
  #staleAccounts({ stackName, accounts }: OverviewProps): readonly IWidget[] {
    const alarms = accounts.map(({ id }) => {
      const name = alarmNameOf(stackName, id, furtherTexts.LakeStale);
      return Alarm.fromAlarmName(this, `Stale-${id}`, name);
    });
    const widgets = Array.from(
      { length: Math.ceil(alarms.length / ALARMS_IN_A_WIDGET) },
      (_, index) =>
        new AlarmStatusWidget({
          title: 'Accounts whose lake is stale',
          width: 24,
          height: HEIGHT / 2,
          states: [AlarmState.ALARM],
          alarms: alarms.slice(index * ALARMS_IN_A_WIDGET, (index + 1) * ALARMS_IN_A_WIDGET),
        }),
    );
    return widgets.map((widget) => new Row(widget));
  }
}

interface How {
  readonly statistic: 'Sum' | 'Maximum';
  readonly minutes: number;
}

/** CloudWatch finds the accounts by their metrics, so that no list of them is needed. */
function worstAccounts(
  stackName: string,
  title: string,
  metric: MetricName,
  { statistic, minutes }: How,
): IWidget {
  const found = `SEARCH('{"${stackName}",${ACCOUNT_DIMENSION}} MetricName="${metric}"', '${statistic}', ${minutes * 60})`;
  return new GraphWidget({
    title,
    width: 10,
    height: HEIGHT,
    leftYAxis: { min: 0 },
    left: [
      new MathExpression({
        expression: `SORT(${found}, MAX, DESC, ${WORST})`,
        label: `\${PROP('Dim.${ACCOUNT_DIMENSION}')}`,
        period: Duration.minutes(minutes),
      }),
    ],
  });
}

function says(heading: string, meaning: string): IWidget {
  return new TextWidget({ width: 4, height: HEIGHT, markdown: `${heading}\n\n${meaning}` });
}
