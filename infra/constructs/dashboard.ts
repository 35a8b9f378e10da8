import { Duration, Stack } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard as CloudWatchDashboard,
  GraphWidget,
  Row,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { accountRows, type ShownAccount } from './account-rows.ts';
import type { FailedWork } from './failed-work.ts';

/** One page: is it fresh, complete and healthy; then what of, for each account. */
export class Dashboard extends Construct {
  /** Of its page in the console. */
  readonly url: string;

  constructor(
    scope: Construct,
    id: string,
    props: {
      /** Also the name of the dashboard and the namespace of the metrics. */
      readonly stackName: string;
      readonly failedWork: FailedWork;
      readonly accounts: readonly ShownAccount[];
    },
  ) {
    super(scope, id);
    const { stackName, failedWork, accounts } = props;
    const dashboard = new CloudWatchDashboard(this, 'Dashboard', {
      dashboardName: stackName,
      defaultInterval: Duration.days(1),
    });
    dashboard.addWidgets(
      new Row(
        new TextWidget({
          width: 6,
          height: 6,
          markdown: [
            '# Agent Activity Lake',
            '**All accounts.** Green: nothing waits for you. An alarm’s description says what it means, and names its section of `docs/runbook.md`.',
            'Disabled accounts are not shown.',
          ].join('\n\n'),
        }),
        new AlarmStatusWidget({
          title: 'Work that failed, of all accounts',
          width: 6,
          height: 6,
          alarms: [...failedWork.alarms],
        }),
        new GraphWidget({
          title: 'Failed work that waits',
          width: 12,
          left: [failedWork.failedRuns, failedWork.undeliveredRuns].map((queue) =>
            queue.metricApproximateNumberOfMessagesVisible({
              period: Duration.minutes(5),
              label: queue.node.id,
            }),
          ),
        }),
      ),
    );
    for (const account of accounts) dashboard.addWidgets(...accountRows(stackName, account));
    const { region } = Stack.of(this);
    this.url = `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#dashboards/dashboard/${stackName}`;
  }
}
