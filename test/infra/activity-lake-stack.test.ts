import { App, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import {
  accounts,
  type Deployment,
  lakeBucket,
  resolved,
  resources,
  synthesized,
} from './deployment.ts';

let deployment: Deployment;

beforeAll(() => {
  deployment = synthesized({ accounts });
});

describe('the template', () => {
  it('is the one that was looked at', () => {
    const { template, resources: Resources } = synthesized();
    const { Outputs } = template.toJSON();
    const text = JSON.stringify({ Resources, Outputs }, null, 2)
      .replaceAll(/[0-9a-f]{64}\.(zip|json)/g, '<asset>.$1')
      .replaceAll(/(?<=Presto View: )[\w+/=]+/g, '<base64>')
      .replaceAll(/(?<="CODE_VERSION": ")[^"]+/g, '<version>');
    expect(text).toMatchSnapshot();
  });

  it('says where things are, in as many outputs however many accounts there are', () => {
    const outputs = deployment.template.findOutputs('*');
    expect(Object.keys(outputs).sort()).toEqual([
      ...['AlarmTopic', 'AthenaDatabase', 'AthenaWorkgroup', 'CheckpointTable', 'DashboardLink'],
      ...['FailedRuns', 'LakeBucket', 'LogGroup', 'UndeliveredRuns'],
    ]);
    expect(resolved(outputs.LakeBucket?.Value)).toBe(lakeBucket(deployment)[0]);
  });

  it('names no partition of AWS, but for where each has its console', () => {
    const { Conditions, Outputs, Resources } = deployment.template.toJSON();
    const text = JSON.stringify([Resources, deployment.resources]);
    expect(text).not.toMatch(/arn:aws|console\.a/);
    const links = [...JSON.stringify(Outputs.DashboardLink).matchAll(/console\.[\w.-]+/g)].map(
      ([host]) => host,
    );
    expect(links).toEqual([
      'console.amazonaws.cn',
      'console.amazonaws-us-gov.com',
      'console.aws.amazon.com',
    ]);
    expect(
      Object.values(Conditions)
        .map((each) => JSON.stringify(each))
        .sort(),
    ).toEqual(
      ['aws-cn', 'aws-us-gov'].map(
        (partition) => `{"Fn::Equals":[{"Ref":"AWS::Partition"},"${partition}"]}`,
      ),
    );
  });
});

describe('variants', () => {
  it('with an e-mail address, cdk-nag finds nothing', () => {
    const heard = synthesized({ alarmEmail: 'lake@example.com' });
    expect(resources(heard, 'AWS::SNS::Subscription')).toHaveLength(1);
    expect(findingsOf(heard.app)).toEqual([]);
  });

  it('when it may be destroyed, nothing stays and nothing stands in the way', () => {
    const passing = synthesized({
      accounts,
      removalPolicy: 'destroy',
      encryption: 'kms',
      auditTrail: true,
    });
    const kept = Object.values(passing.resources).filter(({ DeletionPolicy }) =>
      DeletionPolicy?.startsWith('Retain'),
    );
    expect(kept).toEqual([]);
    passing.template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      Replicas: [{ DeletionProtectionEnabled: false }],
    });
  });

  it('changes nothing of an account when another is added', () => {
    const fewer = synthesized({ accounts: accounts.slice(0, 2) });
    expect(Object.keys(deployment.resources)).toEqual(
      expect.arrayContaining(Object.keys(fewer.resources)),
    );
    const ofAccounts = Object.entries(fewer.resources).filter(([id]) => id.startsWith('Account'));
    expect(ofAccounts.length).toBeGreaterThan(40);
    expect(deployment.resources).toMatchObject(Object.fromEntries(ofAccounts));
  });
});

describe('cdk-nag, AwsSolutions', () => {
  it('finds nothing that is not acknowledged', () => {
    expect(findingsOf(deployment.app)).toEqual([]);
  });

  it('does find what is wrong', () => {
    const app = new App();
    new Bucket(new Stack(app, 'Careless'), 'Bucket');
    expect(findingsOf(app)).toContain('AwsSolutions-S10');
  });
});

function findingsOf(app: App): string[] {
  const { violations } = new AwsSolutionsChecks(app).validateScope(app);
  return violations.map(({ ruleName }) => ruleName);
}
