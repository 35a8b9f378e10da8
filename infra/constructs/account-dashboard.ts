import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  Dashboard,
  DashboardVariable,
  DefaultValue,
  Values,
  VariableInputType,
  VariableType,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { functionNameOf } from '../../shared/deployed-names.ts';
import { ACCOUNT_DIMENSION, type MetricName } from '../../shared/metrics.ts';
import { alarmNameOf, heardTexts } from './account-alarms.ts';
import { accountRows } from './account-rows.ts';

/** Stands wherever the id of the account goes that is chosen at the top of the page. */
const CHOSEN = 'chosen-account';

/** Each pull of an account sends it: those that were pulled lately are offered. */
const SENT_BY_ALL: MetricName = 'SuccessfulPulls';

/**
 * One account: is it fresh, complete and healthy; then what of. The page is the same for all, and
 * CloudWatch fills in the account that is chosen: another dashboard each would cost $3 a month.
 */
export class AccountDashboard extends Construct {
  constructor(
    scope: Construct,
    id: string,
    props: {
      readonly name: string;
      /** Also the namespace of the metrics. */
      readonly stackName: string;
    },
  ) {
    super(scope, id);
    const { name, stackName } = props;
    const alarms = heardTexts.map((text) =>
      Alarm.fromAlarmName(this, text.title, alarmNameOf(stackName, CHOSEN, text)),
    );
    const dashboard = new Dashboard(this, 'Dashboard', {
      dashboardName: name,
      defaultInterval: Duration.days(1),
      variables: [
        new DashboardVariable({
          id: 'account',
          label: 'Account',
          type: VariableType.PATTERN,
          value: CHOSEN,
          inputType: VariableInputType.SELECT,
          values: Values.fromSearch(
            `{"${stackName}",${ACCOUNT_DIMENSION}} MetricName="${SENT_BY_ALL}"`,
            ACCOUNT_DIMENSION,
          ),
          defaultValue: DefaultValue.FIRST,
        }),
      ],
    });
    dashboard.addWidgets(
      ...accountRows(stackName, {
        id: CHOSEN,
        functionName: functionNameOf(stackName, CHOSEN),
        alarms,
      }),
    );
  }
}
