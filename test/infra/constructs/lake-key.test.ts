import {
  accounts,
  type Deployment,
  only,
  resolved,
  resources,
  synthesized,
} from '../deployment.ts';
import { allows, type Statement, statementsOf, statementsOfRoles } from '../permissions.ts';

let withKey: Deployment;
let keyId: string;
let policy: readonly Statement[];

beforeAll(() => {
  const settings = { encryption: 'kms', nightlyReport: 'announced', auditTrail: true };
  withKey = synthesized({ accounts, ...settings });
  const [id, key] = only(withKey, 'AWS::KMS::Key', (_, id) => id.startsWith('Key'));
  keyId = id;
  policy = resolved<{ Statement: Statement[] }>(key.Properties.KeyPolicy).Statement;
});

interface Encrypted {
  readonly BucketEncryption: {
    readonly ServerSideEncryptionConfiguration: readonly [
      { readonly ServerSideEncryptionByDefault: { readonly KMSMasterKeyID: string } },
    ];
  };
  readonly Replicas: readonly [{ readonly SSESpecification: { readonly KMSMasterKeyId: string } }];
  readonly KmsMasterKeyId: string;
  readonly KmsKeyId: string;
  readonly KMSKeyId: string;
  readonly SSESpecification: object;
}

const properties = (type: string) =>
  resources(withKey, type).map(([, { Properties }]) => resolved<Encrypted>(Properties));

/** Where each kind of thing says what it is encrypted with. */
const keyOf: Readonly<Record<string, (properties: Encrypted) => string | undefined>> = {
  'AWS::S3::Bucket': ({ BucketEncryption: { ServerSideEncryptionConfiguration } }) =>
    ServerSideEncryptionConfiguration[0].ServerSideEncryptionByDefault.KMSMasterKeyID,
  'AWS::DynamoDB::GlobalTable': ({ Replicas }) => Replicas[0].SSESpecification?.KMSMasterKeyId,
  'AWS::SQS::Queue': ({ KmsMasterKeyId }) => KmsMasterKeyId,
  'AWS::Logs::LogGroup': ({ KmsKeyId }) => KmsKeyId,
  'AWS::SecretsManager::Secret': ({ KmsKeyId }) => KmsKeyId,
  'AWS::CloudTrail::Trail': ({ KMSKeyId }) => KMSKeyId,
};

describe('encryption: kms', () => {
  it('encrypts every bucket, the checkpoint, the queues, the logs and the secrets with the one key', () => {
    for (const [type, key] of Object.entries(keyOf)) {
      const used = properties(type).map(key);
      expect([type, new Set(used)]).toEqual([type, new Set([`arn:${keyId}`])]);
    }
    expect(properties('AWS::DynamoDB::GlobalTable')[0]?.SSESpecification).toEqual({
      SSEEnabled: true,
      SSEType: 'KMS',
    });
  });

  it('lets every function use it, and DynamoDB in the name of those that keep a checkpoint', () => {
    for (const fn of resources(withKey, 'AWS::Lambda::Function')) {
      const granted = statementsOf(withKey, fn);
      expect(allows(granted, 'kms:Decrypt', `arn:${keyId}`)).toBe(true);
      expect(allows(granted, 'kms:GenerateDataKey', `arn:${keyId}`)).toBe(true);
      const keepsCheckpoint = granted.some(({ Action }) => Action.includes('dynamodb:PutItem'));
      const encrypting = granted.filter(({ Action }) => Action.includes('kms:Encrypt'));
      expect(encrypting).toHaveLength(keepsCheckpoint ? 1 : 0);
      for (const { Condition } of encrypting) {
        expect(Condition).toEqual({
          StringLike: { 'kms:ViaService': 'dynamodb.AWS::Region.amazonaws.com*' },
        });
      }
    }
  });

  it('lets every role of schedules put what it could not deliver into the encrypted queue', () => {
    const senders = [...statementsOfRoles(withKey)].filter(([role]) => /SchedulerRole/.test(role));
    expect(senders).toHaveLength(accounts.length + 1);
    for (const [, granted] of senders) {
      expect(allows(granted, 'kms:GenerateDataKey', `arn:${keyId}`)).toBe(true);
      expect(allows(granted, 'kms:Decrypt', `arn:${keyId}`)).toBe(true);
    }
  });

  it('lets CloudWatch Logs use it for the groups of this stack alone', () => {
    const [logs, ...others] = policy.filter(({ Principal }) =>
      JSON.stringify(Principal).includes('logs.'),
    );
    expect(others).toEqual([]);
    expect(logs).toMatchObject({
      Effect: 'Allow',
      Principal: { Service: 'logs.AWS::Region.AWS::URLSuffix' },
      Condition: {
        ArnLike: {
          'kms:EncryptionContext:aws:logs:arn':
            'arn:AWS::Partition:logs:AWS::Region:AWS::AccountId:log-group:agent-activity-lake-*',
        },
      },
    });
    // CloudFormation names them after the stack, for they have no name of their own.
    for (const group of properties('AWS::Logs::LogGroup')) {
      expect(group).not.toHaveProperty('LogGroupName');
    }
  });
});
