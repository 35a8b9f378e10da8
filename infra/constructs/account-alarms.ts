import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  AlarmRule as AlarmExpression,
  AlarmState,
  AnomalyDetectionAlarm,
  ComparisonOperator,
  CompositeAlarm,
  type IMetric,
  MathExpression,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import {
  type AlarmName,
  type AlarmRule,
  type AlarmText,
  alarmRules,
  type Watch,
} from '../../shared/alarms.ts';
import { describedIn, furtherTexts } from '../alarm-texts.ts';
import type { AccountDeployment, DeploymentSettings } from '../settings.ts';
import { AccountMetrics } from './account-metrics.ts';
import type { AlarmTopic } from './alarm-topic.ts';

/** Both say that nothing new arrives, so people hear of them once: as "The lake is stale". */
const HEARD_TOGETHER: readonly AlarmName[] = ['DataStale', 'NoSuccessfulPull'];

const OPERATORS = {
  '>=': ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  '>': ComparisonOperator.GREATER_THAN_THRESHOLD,
  '<': ComparisonOperator.LESS_THAN_THRESHOLD,
} as const satisfies Record<Watch['breaches'], ComparisonOperator>;

const MISSING = {
  breaching: TreatMissingData.BREACHING,
  notBreaching: TreatMissingData.NOT_BREACHING,
} as const satisfies Record<AlarmRule['missing'], TreatMissingData>;

/** Of those alarms that people hear of, the most urgent first. */
export const heardTexts: readonly AlarmText[] = [
  furtherTexts.LakeStale,
  ...Object.entries(alarmRules)
    .filter(([name]) => !HEARD_TOGETHER.includes(name as AlarmName))
    .map(([, rule]) => rule),
  furtherTexts.FarFewerEvents,
];

export function alarmNameOf(stackName: string, accountId: string, { title }: AlarmText): string {
  return `${stackName}/${accountId}/${title}`;
}

/** The alarms of one account: those of `alarmRules`, and what CloudWatch alone can watch for. */
export class AccountAlarms extends Construct {
  readonly #account: AccountDeployment;
  readonly #stackName: string;
  readonly #metrics: AccountMetrics;

  constructor(
    scope: Construct,
    id: string,
    props: {
      readonly account: AccountDeployment;
      readonly settings: DeploymentSettings;
      readonly topic: AlarmTopic;
    },
  ) {
    super(scope, id);
    const { account, settings, topic } = props;
    this.#account = account;
    this.#stackName = settings.name;
    this.#metrics = new AccountMetrics(settings.name, account.id);

    const names = Object.keys(alarmRules) as AlarmName[];
    const byName = new Map(names.map((name) => [name, this.#ofRule(name)]));
    const pick = (together: boolean) =>
      [...byName]
        .filter(([name]) => HEARD_TOGETHER.includes(name) === together)
        .map(([, alarm]) => alarm);
    const stale = this.#stale(pick(true));
    const others = [...pick(false), this.#farFewerEvents()];

    // Alone its end says that it is over: of the others most go off because a period passed without
    // a run that measured anything.
    topic.hears(stale, { alsoWhenOver: true });
    for (const alarm of others) topic.hears(alarm);
  }

  #ofRule(name: AlarmName): Alarm {
    const rule: AlarmRule = alarmRules[name];
    const { periodMinutes, periods, breaches, threshold } = rule.watch(this.#account.schedule);
    return new Alarm(this, name, {
      ...this.#says(rule),
      metric: this.#metric(rule, periodMinutes),
      evaluationPeriods: periods,
      comparisonOperator: OPERATORS[breaches],
      threshold,
      treatMissingData: MISSING[rule.missing],
    });
  }

  #metric({ of, statistic }: AlarmRule, periodMinutes: number): IMetric {
    if (typeof of === 'string') return this.#metrics.of(of, { statistic, periodMinutes });
    const { share, among, atLeast } = of;
    return new MathExpression({
      // An hour in which nothing was new has no `rest`; one without `part` is missing, as the rule
      // has it.
      expression: `IF(part >= ${atLeast}, 100 * part / (part + FILL(rest, 0)), 0)`,
      label: `${share}, % of all`,
      period: Duration.minutes(periodMinutes),
      usingMetrics: {
        part: this.#metrics.of(share, { statistic, periodMinutes }),
        rest: this.#metrics.of(among, { statistic, periodMinutes }),
      },
    });
  }

  /** CloudWatch learns the hours of the week from two weeks of data, and is quiet before. */
  #farFewerEvents(): Alarm {
    return new AnomalyDetectionAlarm(this, 'FarFewerEvents', {
      ...this.#says(furtherTexts.FarFewerEvents),
      metric: this.#metrics.of('NewEvents', {
        statistic: 'Sum',
        periodMinutes: Math.max(60, this.#account.schedule),
      }),
      // Wide, and three hours in a row: a holiday should say so, a quiet hour should not.
      stdDevs: 4,
      evaluationPeriods: 3,
      comparisonOperator: ComparisonOperator.LESS_THAN_LOWER_THRESHOLD,
      // No runs at all is another alarm's.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }

  #stale(alarms: readonly Alarm[]): CompositeAlarm {
    const { alarmName, alarmDescription } = this.#says(furtherTexts.LakeStale);
    return new CompositeAlarm(this, 'LakeStale', {
      compositeAlarmName: alarmName,
      alarmDescription,
      alarmRule: AlarmExpression.anyOf(
        ...alarms.map((alarm) => AlarmExpression.fromAlarm(alarm, AlarmState.ALARM)),
      ),
    });
  }

  /** Every message begins with the name of the alarm, so that says whose it is and what is wrong. */
  #says(text: AlarmText) {
    const { id, name } = this.#account;
    return {
      alarmName: alarmNameOf(this.#stackName, id, text),
      alarmDescription: describedIn(name === undefined ? id : `${name}, ${id}`, text),
    };
  }
}
