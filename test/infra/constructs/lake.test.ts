import { Match } from 'aws-cdk-lib/assertions';
import { pointerKey, versionKey } from '../../../shared/lake/block-keys.ts';
import { landingKey } from '../../../shared/lake/landing.ts';
import { dayColumn } from '../../../shared/lake/table.ts';
import { agentActivity, tables } from '../../../shared/lake/tables.ts';
import {
  accounts,
  type Deployment,
  ids,
  lakeBucket,
  only,
  resolved,
  resources,
  synthesized,
} from '../deployment.ts';
import { matches, statements } from '../permissions.ts';

interface TableInput {
  readonly Name: string;
  readonly Parameters: Readonly<Record<string, string>>;
  readonly StorageDescriptor: { readonly Location: string };
}

let deployment: Deployment;
let lakeId: string;

beforeAll(() => {
  deployment = synthesized({ accounts });
  [lakeId] = lakeBucket(deployment);
});

const policyOf = (bucketId: string) => {
  const [, { Properties }] = only(
    deployment,
    'AWS::S3::BucketPolicy',
    ({ Properties }) => resolved(Properties.Bucket) === bucketId,
  );
  return statements(Properties.PolicyDocument);
};

describe('the lake', () => {
  it('is versioned, encrypted, out of the public and kept when the stack goes', () => {
    deployment.template.hasResource('AWS::S3::Bucket', {
      Properties: {
        VersioningConfiguration: { Status: 'Enabled' },
        BucketEncryption: Match.anyValue(),
      },
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    });
    for (const [, { Properties }] of resources(deployment, 'AWS::S3::Bucket')) {
      expect(Properties.BucketEncryption).toBeDefined();
      expect(Properties.PublicAccessBlockConfiguration).toEqual({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      });
    }
  });

  it('answers over TLS alone, as the queues do', () => {
    const policies = [
      ...resources(deployment, 'AWS::S3::BucketPolicy'),
      ...resources(deployment, 'AWS::SQS::QueuePolicy'),
    ];
    expect(policies).toHaveLength(4);
    for (const [, { Properties }] of policies) {
      expect(statements(Properties.PolicyDocument)).toContainEqual(
        expect.objectContaining({
          Effect: 'Deny',
          Principal: { AWS: '*' },
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        }),
      );
    }
  });

  it('lets nobody overwrite or delete in landing, overwrite a version, put a pointer blindly or delete it, or replicate hither', () => {
    const key = `arn:${lakeId}/${landingKey(ids[0], { fromMs: 0, toMs: 1_000 }, Buffer.from('x'))}`;
    const block = { table: agentActivity, accountId: ids[0], day: '2026-01-01' };
    const version = `arn:${lakeId}/${versionKey(block, 1, 'a')}`;
    const denials = (action: string, resource: string) =>
      policyOf(lakeId).filter(
        ({ Effect, Principal, Action, Resource, Condition }) =>
          Effect === 'Deny' &&
          (Principal as { AWS?: string }).AWS === '*' &&
          Action.some((pattern) => matches(pattern, action)) &&
          Resource.some((pattern) => matches(pattern, resource)) &&
          Condition?.Bool === undefined,
      );
    expect(denials('s3:PutObject', key).map(({ Condition }) => Condition)).toEqual([
      { Null: { 's3:if-none-match': 'true' } },
    ]);
    // `null`, because Jest takes [undefined] for equal to [].
    const always = (action: string, resource: string) =>
      expect(denials(action, resource).map(({ Condition }) => Condition ?? null)).toEqual([null]);
    always('s3:UpdateObjectEncryption', key);
    for (const action of ['s3:DeleteObject', 's3:DeleteObjectVersion']) {
      always(action, key);
      expect(denials(action, version)).toEqual([]);
    }
    const replicating = ['ReplicateObject', 'ReplicateDelete', 'ReplicateTags'];
    for (const action of [...replicating, 'ObjectOwnerOverrideToBucketOwner']) {
      for (const resource of [key, version, `arn:${lakeId}/activity/x`]) {
        always(`s3:${action}`, resource);
      }
    }
    expect(denials('s3:PutObject', version).map(({ Condition }) => Condition)).toEqual([
      { Null: { 's3:if-none-match': 'true' } },
    ]);
    for (const table of tables) {
      const pointer = `arn:${lakeId}/${pointerKey({ ...block, table, day: table.day && block.day })}`;
      // Denied when both are absent: all conditions of a block must hold.
      expect(denials('s3:PutObject', pointer).map(({ Condition }) => Condition)).toEqual([
        { Null: { 's3:if-match': 'true', 's3:if-none-match': 'true' } },
      ]);
      for (const action of ['s3:DeleteObject', 's3:DeleteObjectVersion']) always(action, pointer);
    }
    // Plans come as people put them.
    expect(denials('s3:PutObject', `arn:${lakeId}/schedules/plan.csv`)).toEqual([]);
    expect(denials('s3:DeleteObject', `arn:${lakeId}/schedules/plan.csv`)).toEqual([]);
  });

  it('can always be locked, is so by a setting alone, and loses the rule with the setting', () => {
    const locked = (objectLock?: object) =>
      lakeBucket(synthesized(objectLock && { objectLock }))[1].Properties;
    expect(locked()).toMatchObject({ ObjectLockEnabled: true });
    expect(locked().ObjectLockConfiguration).toEqual({ ObjectLockEnabled: 'Enabled' });
    expect(locked({ mode: 'governance', period: '365d' })).toMatchObject({
      ObjectLockEnabled: true,
      ObjectLockConfiguration: {
        ObjectLockEnabled: 'Enabled',
        Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 365 } },
      },
    });
  });

  it('forgets landing after 13 months, old versions after 30 days, and what was never finished', () => {
    const [, { Properties }] = lakeBucket(deployment);
    const { Rules } = Properties.LifecycleConfiguration as { Rules: unknown[] };
    expect(Rules).toEqual([
      expect.objectContaining({ Status: 'Enabled', Prefix: 'landing/', ExpirationInDays: 400 }),
      ...['blocks/stays/', 'stays/'].map((Prefix) =>
        expect.objectContaining({
          ...{ Status: 'Enabled', Prefix },
          NoncurrentVersionExpiration: { NoncurrentDays: 1 },
        }),
      ),
      expect.objectContaining({
        Status: 'Enabled',
        NoncurrentVersionExpiration: { NoncurrentDays: 30 },
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
        ExpiredObjectDeleteMarker: true,
      }),
    ]);
    expect(Rules[3]).not.toHaveProperty('Prefix');
  });

  it('forgets pages with the rows that they tell of, and never where rows are kept', () => {
    type Rule = { readonly Prefix?: string; readonly ExpirationInDays?: number };
    const rulesOf = (props: Record<string, unknown>) => {
      const [, { Properties }] = lakeBucket(synthesized(props));
      return (Properties.LifecycleConfiguration as { Rules: Rule[] }).Rules;
    };
    const ofPages = ({ Prefix }: Rule) => Prefix === 'reports/';
    expect(rulesOf({ keepRows: '400d' }).filter(ofPages)).toEqual([
      expect.objectContaining({ ExpirationInDays: 400 }),
    ]);
    expect(rulesOf({}).filter(ofPages)).toEqual([]);
  });

  it('names every account in the partitions, disabled ones too', () => {
    const inputs = resources(deployment, 'AWS::Glue::Table').map(([, { Properties }]) =>
      resolved<TableInput>(Properties.TableInput),
    );
    for (const table of tables) {
      const found = inputs.filter(({ Name }) => Name === table.name);
      expect(found).toHaveLength(1);
      const [{ Parameters, StorageDescriptor }] = found as [TableInput];
      const day = dayColumn(table)?.name;
      const dayFolder = day === undefined ? '' : `${day}=\${${day}}/`;
      expect(Parameters).toMatchObject({
        'projection.enabled': 'true',
        'projection.account_id.type': 'enum',
        'projection.account_id.values': ids.join(','),
        'storage.location.template': `s3://${lakeId}/${table.folder}/account_id=\${account_id}/${dayFolder}`,
      });
      // West of Greenwich the first events are of the local day before.
      const earliest = table.day === 'local' ? '2023-12-31' : '2024-01-01';
      expect(Parameters).toMatchObject(
        day === undefined
          ? {}
          : {
              [`projection.${day}.type`]: 'date',
              [`projection.${day}.format`]: 'yyyy-MM-dd',
              [`projection.${day}.range`]: `${earliest},NOW+1DAYS`,
              [`projection.${day}.interval`]: '1',
              [`projection.${day}.interval.unit`]: 'DAYS',
            },
      );
      expect(StorageDescriptor.Location).toBe(`s3://${lakeId}/${table.folder}/`);
    }
  });

  it('is queried within limits: enforced, encrypted results that expire, a cut-off, metrics', () => {
    const [resultsId, results] = only(
      deployment,
      'AWS::S3::Bucket',
      ({ Properties }) => !('VersioningConfiguration' in Properties),
    );
    deployment.template.hasResourceProperties('AWS::Athena::WorkGroup', {
      WorkGroupConfiguration: {
        EnforceWorkGroupConfiguration: true,
        PublishCloudWatchMetricsEnabled: true,
        BytesScannedCutoffPerQuery: 10_000_000_000,
        ResultConfiguration: {
          EncryptionConfiguration: { EncryptionOption: 'SSE_S3' },
          OutputLocation: { 'Fn::Join': ['', ['s3://', { Ref: resultsId }, '/']] },
        },
      },
    });
    expect(results.Properties.LifecycleConfiguration).toMatchObject({
      Rules: [{ Status: 'Enabled', ExpirationInDays: 7 }],
    });
  });
});

describe('the checkpoint table', () => {
  it('is on demand, recoverable, kept, and lets run records expire', () => {
    deployment.template.hasResource('AWS::DynamoDB::GlobalTable', {
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [
          { AttributeName: 'account_id', KeyType: 'HASH' },
          { AttributeName: 'item', KeyType: 'RANGE' },
        ],
        TimeToLiveSpecification: { AttributeName: 'expires_at', Enabled: true },
        Replicas: [{ PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } }],
      },
      DeletionPolicy: 'RetainExceptOnCreate',
    });
  });
});
