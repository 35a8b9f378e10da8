import { furtherTexts } from '../../../infra/alarm-texts.ts';
import {
  type AlarmName,
  type AlarmRule,
  alarmRules,
  runbookAnchor,
} from '../../../shared/alarms.ts';
import { metrics } from '../../../shared/metrics.ts';
import { accounts, ids, resolved, resources, synthesized } from '../deployment.ts';

interface Metric {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: unknown;
}

interface MetricQuery {
  readonly Id: string;
  readonly Expression?: string;
  readonly ReturnData?: boolean;
  readonly MetricStat?: { readonly Metric: Metric; readonly Period: number; readonly Stat: string };
}

interface Alarm extends Metric {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly AlarmRule?: string;
  readonly AlarmActions?: readonly string[];
  readonly OKActions?: readonly string[];
  readonly ComparisonOperator: string;
  readonly EvaluationPeriods: number;
  readonly Metrics?: readonly MetricQuery[];
  readonly Period: number;
  readonly Statistic: string;
  readonly Threshold: number;
  readonly ThresholdMetricId?: string;
  readonly TreatMissingData: string;
}

const name = 'lake-of-tests';
const deployment = synthesized({ accounts, name });
const [[topicId] = ['']] = resources(deployment, 'AWS::SNS::Topic');
const alarms = ['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm'].flatMap((type) =>
  resources(deployment, type).map(([id, { Properties }]) => ({
    id,
    ...resolved<Alarm>(Properties),
  })),
);

const enabled = accounts.filter((account) => account.enabled !== false);
const scheduleOf: Readonly<Record<string, number>> = { [ids[0]]: 5, [ids[1]]: 15 };
const rules = Object.entries(alarmRules) as [AlarmName, AlarmRule][];
const cases = enabled.flatMap(({ id }) => rules.map(([rule]) => [id, rule] as const));

function alarmOf(accountId: string, title: string) {
  const found = alarms.find(({ AlarmName }) => AlarmName === `${name}/${accountId}/${title}`);
  if (found === undefined) throw new Error(`${accountId} has no alarm "${title}"`);
  return found;
}

const operators = {
  '>=': 'GreaterThanOrEqualToThreshold',
  '>': 'GreaterThanThreshold',
  '<': 'LessThanThreshold',
};
const dimensions = (accountId: string) => [{ Name: 'account', Value: accountId }];

describe('the alarms of an account', () => {
  it.each(cases)('%s: %s watches as its rule says', (accountId, ruleName) => {
    const rule: AlarmRule = alarmRules[ruleName];
    const watch = rule.watch(scheduleOf[accountId] ?? 0);
    const alarm = alarmOf(accountId, rule.title);
    expect(alarm).toMatchObject({
      EvaluationPeriods: watch.periods,
      ComparisonOperator: operators[watch.breaches],
      Threshold: watch.threshold,
      TreatMissingData: rule.missing,
    });
    const measured = {
      Namespace: name,
      Dimensions: dimensions(accountId),
    };
    if (typeof rule.of === 'string') {
      expect(alarm).toMatchObject({
        ...measured,
        MetricName: rule.of,
        Statistic: rule.statistic,
        Period: watch.periodMinutes * 60,
      });
      return;
    }
    const [share, ...parts] = alarm.Metrics ?? [];
    expect(share?.Expression).toBe(
      `IF(part >= ${rule.of.atLeast}, 100 * part / (part + FILL(rest, 0)), 0)`,
    );
    expect(parts.map(({ Id, MetricStat, ReturnData }) => [Id, ReturnData, MetricStat])).toEqual(
      [
        ['part', rule.of.share],
        ['rest', rule.of.among],
      ].map(([id, MetricName]) => [
        id,
        false,
        {
          Metric: expect.objectContaining({ ...measured, MetricName }),
          Period: watch.periodMinutes * 60,
          Stat: rule.statistic,
        },
      ]),
    );
  });

  it('watch within what CloudWatch allows, however often an account is pulled', () => {
    for (const [, rule] of rules) {
      for (let minutes = 1; minutes <= 1_440; minutes += 1) {
        const { periodMinutes, periods } = rule.watch(minutes);
        expect(periodMinutes * periods).toBeLessThanOrEqual(periodMinutes < 60 ? 1_440 : 7 * 1_440);
        expect(Number.isInteger(periodMinutes)).toBe(true);
      }
    }
  });

  it('hear of far fewer events by what CloudWatch learned of these hours, downwards alone', () => {
    const alarm = alarmOf(ids[0], furtherTexts.FarFewerEvents.title);
    expect(alarm).toMatchObject({
      ComparisonOperator: 'LessThanLowerThreshold',
      EvaluationPeriods: 3,
      TreatMissingData: 'notBreaching',
    });
    const band = alarm.Metrics?.find(({ Id }) => Id === alarm.ThresholdMetricId);
    const [learned] = alarm.Metrics?.filter(({ MetricStat }) => MetricStat !== undefined) ?? [];
    expect(band?.Expression).toBe(`ANOMALY_DETECTION_BAND(${learned?.Id}, 4)`);
    expect(learned?.MetricStat).toMatchObject({
      Metric: { Namespace: name, MetricName: 'NewEvents', Dimensions: dimensions(ids[0]) },
      Period: 3_600,
      Stat: 'Sum',
    });
  });

  it('say once that the lake is stale, for two of them, and when it is over', () => {
    for (const { id } of enabled) {
      const stale = alarmOf(id, furtherTexts.LakeStale.title);
      const parts = [alarmRules.DataStale, alarmRules.NoSuccessfulPull].map(({ title }) =>
        alarmOf(id, title),
      );
      expect(stale.AlarmRule).toBe(`(${parts.map(({ id }) => `ALARM("arn:${id}")`).join(' OR ')})`);
      expect([stale.AlarmActions, stale.OKActions]).toEqual([[topicId], [topicId]]);
      for (const part of parts) expect(part).not.toHaveProperty('AlarmActions');
    }
  });

  it('all reach the topic but these two, and the others say nothing when they go off', () => {
    const silent = alarms.filter(({ AlarmActions }) => AlarmActions === undefined);
    expect(silent).toHaveLength(2 * enabled.length);
    for (const { AlarmActions, OKActions, AlarmRule } of alarms) {
      if (AlarmActions !== undefined) expect(AlarmActions).toEqual([topicId]);
      if (AlarmRule === undefined) expect(OKActions).toBeUndefined();
    }
  });

  it('of the queues hear what arrives, and go off although it still lies there', () => {
    for (const { title } of [furtherTexts.RunFailed, furtherTexts.RunNotDelivered]) {
      expect(alarms.find(({ AlarmName }) => AlarmName === `${name}/${title}`)).toMatchObject({
        ...{ Namespace: 'AWS/SQS', MetricName: 'NumberOfMessagesSent', Statistic: 'Sum' },
        ...{ Period: 1_800, EvaluationPeriods: 1, Threshold: 1 },
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        TreatMissingData: 'notBreaching',
      });
    }
  });

  it('are none for a disabled account, and these for all others', () => {
    const titles = [
      ...Object.values(alarmRules),
      furtherTexts.FarFewerEvents,
      furtherTexts.LakeStale,
    ];
    const wanted = enabled.flatMap(({ id }) => titles.map(({ title }) => `${name}/${id}/${title}`));
    const ofQueues = [furtherTexts.RunFailed, furtherTexts.RunNotDelivered];
    expect(alarms.map(({ AlarmName }) => AlarmName).sort()).toEqual(
      [...wanted, ...ofQueues.map(({ title }) => `${name}/${title}`)].sort(),
    );
  });

  it('say in a sentence what is wrong, and which section of the runbook helps', () => {
    for (const { AlarmName, AlarmDescription } of alarms) {
      const title = AlarmName.split('/').at(-1) ?? '';
      expect(AlarmDescription).toMatch(/^[A-Z].+\. /);
      expect(AlarmDescription).toMatch(new RegExp(`docs/runbook\\.md#${runbookAnchor(title)}$`));
    }
    expect(alarmOf(ids[1], 'Data is stale').AlarmDescription).toContain(
      'Account: Second, acct-10.',
    );
  });

  it('watch metrics that the function publishes', () => {
    const watched = alarms.flatMap(({ MetricName, Namespace, Metrics = [] }) => [
      ...(Namespace === name ? [MetricName] : []),
      ...Metrics.flatMap(({ MetricStat }) => (MetricStat ? [MetricStat.Metric.MetricName] : [])),
    ]);
    expect(watched.length).toBeGreaterThan(rules.length);
    expect(Object.keys(metrics)).toEqual(expect.arrayContaining(watched));
    for (const [, { Properties }] of resources(deployment, 'AWS::Lambda::Function')) {
      expect(Properties.Environment).toMatchObject({ Variables: { METRICS_NAMESPACE: name } });
    }
  });
});
