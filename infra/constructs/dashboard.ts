import { Duration, Stack } from 'aws-cdk-lib';
import {
  Dashboard as CloudWatchDashboard,
  GraphWidget,
  Row,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { FailedWork } from './failed-work.ts';

const EVERY = Duration.minutes(5);

/** One page: do the runs of each account run and end well, and does failed work wait for somebody. */
export class Dashboard extends Construct {
  /** Of its page in the console. */
  readonly url: string;
  readonly #dashboard: CloudWatchDashboard;

  constructor(
    scope: Construct,
    id: string,
    props: { readonly dashboardName: string; readonly failedWork: FailedWork },
  ) {
    super(scope, id);
    const { dashboardName, failedWork } = props;
    this.#dashboard = new CloudWatchDashboard(this, 'Dashboard', {
      dashboardName,
      defaultInterval: Duration.days(1),
    });
    const waiting = [failedWork.failedRuns, failedWork.undeliveredRuns].map((queue) =>
      queue.metricApproximateNumberOfMessagesVisible({ period: EVERY, label: queue.node.id }),
    );
    this.#dashboard.addWidgets(
      new Row(
        new TextWidget({
          width: 6,
          height: 6,
          markdown:
            '# Agent Activity Lake\nFailed work of all accounts. Messages in these queues say why a run failed or could not be started.',
        }),
        new GraphWidget({ title: 'Failed work that waits', width: 18, left: waiting }),
      ),
    );
    const { region } = Stack.of(this);
    this.url = `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#dashboards/dashboard/${dashboardName}`;
  }

  /** A row for an account: how often it ran, how often it failed, and how long it took. */
  addAccount(name: string, target: IFunction): void {
    this.#dashboard.addWidgets(
      new Row(
        new GraphWidget({
          title: `${name}: runs and failures`,
          width: 12,
          left: [
            target.metricInvocations({ period: EVERY, label: 'runs' }),
            target.metricErrors({ period: EVERY, label: 'failures' }),
          ],
        }),
        new GraphWidget({
          title: `${name}: how long a run takes`,
          width: 12,
          left: [
            target.metricDuration({ period: EVERY, statistic: 'Average', label: 'average' }),
            target.metricDuration({ period: EVERY, statistic: 'Maximum', label: 'longest' }),
          ],
        }),
      ),
    );
  }
}
