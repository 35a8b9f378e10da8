import { readFileSync } from 'node:fs';
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
let withAll: Deployment;

beforeAll(() => {
  deployment = synthesized({ accounts });
  withAll = synthesized({
    ...{ accounts, encryption: 'kms', auditTrail: true, nightlyReport: 'announced' },
    alarmEmail: 'lake@example.com',
    vpc: { subnets: ['subnet-0a1b2c3d'], securityGroups: ['sg-0a1b2c3d'] },
  });
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
      ...['FailedRuns', 'LakeBucket', 'LogGroup', 'QueryResultsBucket', 'UndeliveredRuns'],
    ]);
    expect(resolved(outputs.LakeBucket?.Value)).toBe(lakeBucket(deployment)[0]);
  });

  it('has the outputs that the pages name', () => {
    const { Outputs } = synthesized({ auditTrail: true, erasure: true }).template.toJSON();
    for (const page of ['README', 'docs/deploy', 'docs/runbook', 'docs/audit', 'docs/monitoring']) {
      const named = readFileSync(`${page}.md`, 'utf8').matchAll(/outputs? `(\w+)`|<([A-Z]\w+)>/g);
      for (const [, inText, leftOpen] of named) {
        expect([page, Object.keys(Outputs)]).toEqual([
          page,
          expect.arrayContaining([inText ?? leftOpen]),
        ]);
      }
    }
  });

  it('names no partition of AWS, but for where each has its console', () => {
    const { Conditions, Outputs } = withAll.template.toJSON();
    expect(JSON.stringify(withAll.resources)).not.toMatch(/arn:aws|console\.a/);
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

describe('the same deployment in another region', () => {
  it('finds no name taken: those that are global hold the region, or are made up by AWS', () => {
    const named = (type: string, property: string) =>
      resources(withAll, type).map(([, { Properties }]) => resolved(Properties[property]));
    const global = [
      ...named('AWS::S3::Bucket', 'BucketName'),
      ...named('AWS::IAM::Role', 'RoleName'),
    ];
    expect(new Set(global)).toEqual(new Set([undefined]));
    const types = new Set(Object.values(withAll.resources).map(({ Type }) => Type));
    const ofIam = [...types].filter((type) => type.startsWith('AWS::IAM::'));
    expect(ofIam.sort()).toEqual(['AWS::IAM::Policy', 'AWS::IAM::Role']);
    for (const name of named('AWS::CloudWatch::Dashboard', 'DashboardName')) {
      expect(name).toContain('AWS::Region');
    }
  });
});

describe('variants', () => {
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

  it('finds nothing with all that can be chosen', () => {
    expect(resources(withAll, 'AWS::SNS::Subscription')).toHaveLength(1);
    expect(resources(withAll, 'AWS::CloudTrail::Trail')).toHaveLength(1);
    expect(findingsOf(withAll.app)).toEqual([]);
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
