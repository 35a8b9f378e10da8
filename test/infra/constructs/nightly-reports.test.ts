import {
  accounts,
  type Deployment,
  only,
  resolved,
  resources,
  synthesized,
} from '../deployment.ts';
import { statementsOf } from '../permissions.ts';

const isReport = (_: unknown, id: string) => id.startsWith('NightlyReports');
const reportOf = (deployment: Deployment) => only(deployment, 'AWS::Lambda::Function', isReport);

const settingsOf = (deployment: Deployment) => {
  const { Variables } = reportOf(deployment)[1].Properties.Environment as { Variables: unknown };
  return JSON.parse(resolved<Record<string, string>>(Variables).REPORT_SETTINGS ?? '');
};

const actionsOf = (deployment: Deployment) => statementsOf(deployment, reportOf(deployment));

describe('the nightly report', () => {
  const announced = synthesized({
    accounts: accounts.map((account) => ({ ...account, reportTimeZone: 'Asia/Kathmandu' })),
    nightlyReport: 'announced',
  });

  it('is off by default, and costs nothing then', () => {
    const deployment = synthesized({ accounts });
    expect(JSON.stringify(deployment.template.toJSON())).not.toContain('NightlyReports');
  });

  it('is written for each account that is pulled, in the morning of its people', () => {
    const [report] = reportOf(announced);
    const nights = resources(announced, 'AWS::Scheduler::Schedule').filter(
      ([, { Properties }]) => resolved<{ Arn: string }>(Properties.Target).Arn === `arn:${report}`,
    );
    const inputs = nights.map(([, { Properties }]) => {
      const { Input } = resolved<{ Input: string }>(Properties.Target);
      return { ...Properties, accountId: JSON.parse(Input).accountId };
    });
    const when = {
      ScheduleExpression: expect.stringMatching(/^cron\([345]\d 6 /),
      ScheduleExpressionTimezone: 'Asia/Kathmandu',
    };
    expect(inputs).toMatchObject([
      { accountId: 'acct-1', ...when },
      { accountId: 'acct-10', ...when },
    ]);
  });

  it('may ask Athena and write pages, and changes nothing else in the lake', () => {
    const writes = actionsOf(announced).filter(({ Action }) =>
      Action.some((action) => /^s3:(Put|Delete|Abort)/.test(action)),
    );
    expect(writes.map(({ Action }) => Action)).toEqual([
      ['s3:PutObject'],
      ['s3:AbortMultipartUpload', 's3:GetObject', 's3:PutObject'],
    ]);
    expect(writes[0]?.Resource).toEqual([expect.stringMatching(/\/reports\/\*$/)]);
    expect(writes[1]?.Resource).toEqual([expect.stringMatching(/Results.*\/\*$/)]);
  });

  it('is told to the topic of the alarms only when that is wanted', () => {
    const written = synthesized({ accounts, nightlyReport: 'written' });
    expect(settingsOf(announced).topicArn).toEqual(expect.any(String));
    expect(settingsOf(written)).not.toHaveProperty('topicArn');
    const publishing = (deployment: Deployment) =>
      actionsOf(deployment).filter(({ Action }) => Action.includes('sns:Publish'));
    expect(publishing(announced)).toHaveLength(1);
    expect(publishing(written)).toHaveLength(0);
  });
});
