import { AwsSolutionsChecks } from 'cdk-nag';
import { pointerKey, versionKey } from '../../../shared/lake/block-keys.ts';
import { landingKey } from '../../../shared/lake/landing.ts';
import { agentActivity } from '../../../shared/lake/tables.ts';
import {
  accounts,
  type Deployment,
  ids,
  lakeBucket,
  only,
  resolved,
  synthesized,
} from '../deployment.ts';
import { allows, statements, statementsOfRoles } from '../permissions.ts';

const deployment = synthesized({ accounts, erasure: true });
const [lakeId] = lakeBucket(deployment);
const roleOf = ({ resources }: Deployment) =>
  Object.keys(resources).find((id) => id.startsWith('ErasureRole')) ?? '';
const roleId = roleOf(deployment);
const landing = `arn:${lakeId}/${landingKey(ids[0], { fromMs: 0, toMs: 1 }, Buffer.from('x'))}`;
const block = { table: agentActivity, accountId: ids[0], day: '2026-01-01' };
const version = `arn:${lakeId}/${versionKey(block, 1, 'a')}`;
const pointer = `arn:${lakeId}/${pointerKey(block)}`;

const denials = (of: Deployment) => {
  const [, { Properties }] = only(
    of,
    'AWS::S3::BucketPolicy',
    ({ Properties }) => resolved(Properties.Bucket) === lakeId,
  );
  return statements(Properties.PolicyDocument).filter(
    ({ Action, Resource }) =>
      Resource.some((each) => each.endsWith('/landing/*')) &&
      Action.some((action) => /s3:(Put|Delete)Object/.test(action)),
  );
};

describe('the role for erasures', () => {
  it('is an option: without it nobody may change a response', () => {
    const without = synthesized({ accounts });
    expect(roleOf(without)).toBe('');
    for (const { Condition } of denials(without)) {
      expect(Condition?.ArnNotEquals).toBeUndefined();
    }
  });

  it('alone may rewrite and remove responses', () => {
    const found = denials(deployment);
    expect(found).toHaveLength(2);
    for (const { Condition } of found) {
      expect(Condition?.ArnNotEquals).toEqual({ 'aws:PrincipalArn': `arn:${roleId}` });
    }
    for (const [role, granted] of statementsOfRoles(deployment)) {
      expect([role, allows(granted, 's3:DeleteObjectVersion', landing)]).toEqual([
        role,
        role === roleId,
      ]);
    }
  });

  it('is assumed by people of this AWS account, no function, and may do what the command does', () => {
    const trusted = deployment.resources[roleId]?.Properties.AssumeRolePolicyDocument;
    const [trust, ...more] = statements(trusted);
    expect(more).toEqual([]);
    expect(JSON.stringify(trust?.Principal)).toMatch(/:root/);
    const granted = statementsOfRoles(deployment).get(roleId) ?? [];
    for (const [action, on] of [
      ['s3:GetObject', landing],
      ['s3:PutObject', landing],
      ['s3:GetObjectVersion', landing],
      ['s3:PutObject', version],
      ['s3:DeleteObjectVersion', version],
      ['s3:PutObject', pointer],
      ['s3:ListBucketVersions', `arn:${lakeId}`],
    ] as const) {
      expect([action, on, allows(granted, action, on)]).toEqual([action, on, true]);
    }
    expect(allows(granted, 's3:DeleteObjectVersion', pointer)).toBe(false);
    expect(allows(granted, 's3:PutBucketPolicy', `arn:${lakeId}`)).toBe(false);
    expect(allows(granted, 'lambda:InvokeFunction', '*')).toBe(false);
  });

  it('leaves cdk-nag nothing to say', () => {
    const { violations } = new AwsSolutionsChecks(deployment.app).validateScope(deployment.app);
    expect(violations.map(({ ruleName }) => ruleName)).toEqual([]);
  });
});
