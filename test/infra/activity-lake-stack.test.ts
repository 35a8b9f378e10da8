import { App, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import {
  accounts,
  type Deployment,
  ids,
  lakeBucket,
  only,
  type Resource,
  resolved,
  resources,
  secretOf,
  synthesized,
} from './deployment.ts';
import { allows, statementsOf } from './permissions.ts';

let deployment: Deployment;

beforeAll(() => {
  deployment = synthesized({ accounts });
});

describe('the template', () => {
  it('is the one that was looked at', () => {
    const { Resources, Outputs } = synthesized().template.toJSON();
    const text = JSON.stringify({ Resources, Outputs }, null, 2)
      .replaceAll(/[0-9a-f]{64}\.zip/g, '<asset>.zip')
      .replaceAll(/(?<=Presto View: )[\w+/=]+/g, '<base64>')
      .replaceAll(/(?<="CODE_VERSION": ")[^"]+/g, '<version>');
    expect(text).toMatchSnapshot();
  });

  it('says what comes next: the bucket, where to query, and how each secret is filled', () => {
    const outputs = Object.values(deployment.template.findOutputs('*')).map(({ Value }) =>
      resolved<string>(Value),
    );
    expect(outputs).toEqual(
      expect.arrayContaining([
        lakeBucket(deployment)[0],
        'agent-activity-lake',
        ...ids.map((id) => secretOf(deployment, id)[1].Properties.Name),
      ]),
    );
    expect(
      outputs.filter((value) => String(value).includes('#dashboards/dashboard/')),
    ).toHaveLength(1);
    for (const id of ids) {
      expect(outputs).toContain(
        `aws secretsmanager put-secret-value --secret-id ${secretOf(deployment, id)[1].Properties.Name} --secret-string file://credentials.json`,
      );
    }
  });
});

describe('variants', () => {
  it('with a key of its own, the stack encrypts with it and lets the functions use it', () => {
    const withKey = synthesized({ accounts, encryption: 'kms' });
    const [keyId] = only(withKey, 'AWS::KMS::Key', (_, id) => id.startsWith('Key'));
    for (const [, { Properties }] of resources(withKey, 'AWS::S3::Bucket')) {
      expect(resolved(Properties.BucketEncryption)).toEqual({
        ServerSideEncryptionConfiguration: [
          {
            BucketKeyEnabled: true,
            ServerSideEncryptionByDefault: {
              SSEAlgorithm: 'aws:kms',
              KMSMasterKeyID: `arn:${keyId}`,
            },
          },
        ],
      });
    }
    for (const fn of resources(withKey, 'AWS::Lambda::Function')) {
      const granted = statementsOf(withKey, fn);
      expect(allows(granted, 'kms:Decrypt', `arn:${keyId}`)).toBe(true);
      expect(allows(granted, 'kms:GenerateDataKey', `arn:${keyId}`)).toBe(true);
    }
    expect(findingsOf(withKey.app)).toEqual([]);
  });

  it('with an audit trail and a key of its own, both at once, cdk-nag finds nothing', () => {
    const trailed = synthesized({ accounts, encryption: 'kms', auditTrail: true });
    expect(resources(trailed, 'AWS::CloudTrail::Trail')).toHaveLength(1);
    expect(findingsOf(trailed.app)).toEqual([]);
  });

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
    const kept = Object.entries(
      passing.template.toJSON().Resources as Record<string, Resource>,
    ).filter(([, { DeletionPolicy }]) => DeletionPolicy === 'Retain');
    expect(kept).toEqual([]);
    passing.template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      Replicas: [{ DeletionProtectionEnabled: false }],
    });
  });

  it('keeps the id of every resource when an account is added', () => {
    const fewer = synthesized({ accounts: accounts.slice(0, 2) });
    const idsOf = ({ template }: Deployment) => Object.keys(template.toJSON().Resources);
    expect(idsOf(deployment)).toEqual(expect.arrayContaining(idsOf(fewer)));
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
