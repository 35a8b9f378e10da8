import { lakeBucket, only, resolved, resources, synthesized } from '../deployment.ts';
import { statements } from '../permissions.ts';

const deployment = synthesized({ auditTrail: true, encryption: 'kms', landingRetention: '90d' });
const [trailId, { Properties: trail }] = only(deployment, 'AWS::CloudTrail::Trail');
const bucketId = resolved<string>(trail.S3BucketName);
const records = only(deployment, 'AWS::S3::Bucket', (_, id) => id === bucketId)[1].Properties;

describe('the audit trail', () => {
  it('is an option', () => {
    expect(resources(synthesized(), 'AWS::CloudTrail::Trail')).toEqual([]);
  });

  it('records writes to objects of the lake, and changes to what it stands on, and signs its files', () => {
    expect(trail).toMatchObject({
      IsLogging: true,
      EnableLogFileValidation: true,
      IsMultiRegionTrail: false,
      IncludeGlobalServiceEvents: false,
    });
    expect(resolved(trail.EventSelectors)).toEqual([
      { IncludeManagementEvents: true, ReadWriteType: 'WriteOnly' },
      {
        IncludeManagementEvents: false,
        ReadWriteType: 'WriteOnly',
        DataResources: [{ Type: 'AWS::S3::Object', Values: [`arn:${lakeBucket(deployment)[0]}/`] }],
      },
    ]);
  });

  it('writes into a bucket of its own: closed, encrypted, kept as long as the evidence', () => {
    expect(bucketId).not.toBe(lakeBucket(deployment)[0]);
    expect(records).toMatchObject({
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
      LifecycleConfiguration: { Rules: [{ Status: 'Enabled', ExpirationInDays: 90 }] },
    });
    expect(JSON.stringify(records.BucketEncryption)).toContain('aws:kms');
  });

  it('may use the key of the stack, for this trail alone', () => {
    const [keyId, key] = only(deployment, 'AWS::KMS::Key', (_, id) => id.startsWith('Key'));
    expect(resolved(trail.KMSKeyId)).toBe(`arn:${keyId}`);
    const [granted, ...others] = statements(key.Properties.KeyPolicy).filter(
      ({ Principal }) => (Principal as { Service?: string }).Service === 'cloudtrail.amazonaws.com',
    );
    expect(others).toEqual([]);
    expect(granted?.Action).toEqual(expect.arrayContaining(['kms:GenerateDataKey*']));
    expect(granted?.Condition).toEqual({
      StringEquals: { 'aws:SourceArn': expect.stringMatching(`:trail/${trail.TrailName}$`) },
    });
    expect(trailId).toContain('AuditTrail');
  });
});
