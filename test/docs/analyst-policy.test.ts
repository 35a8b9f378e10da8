import { readFileSync } from 'node:fs';
import { lakeBucket, only, synthesized } from '../infra/deployment.ts';
import { allows, statements, statementsOf } from '../infra/permissions.ts';

const deployment = synthesized({ nightlyReport: 'written' });
const [lake] = lakeBucket(deployment);
const [results] = only(deployment, 'AWS::S3::Bucket', (_, id) => id.startsWith('QueriesResults'));

/** The policy, filled in as deploy.md says, with the names that the template has. */
const policy = statements(
  JSON.parse(
    readFileSync('docs/analyst-policy.json', 'utf8')
      .replaceAll('arn:aws:s3:::LAKE', `arn:${lake}`)
      .replaceAll('arn:aws:s3:::RESULTS', `arn:${results}`)
      .replaceAll('arn:aws:', 'arn:AWS::Partition:')
      .replaceAll('REGION:ACCOUNT', 'AWS::Region:AWS::AccountId')
      .replaceAll('WORKGROUP', 'agent-activity-lake')
      .replaceAll('DATABASE', 'agent_activity_lake'),
  ),
);

describe('docs/analyst-policy.json', () => {
  it('allows what the function of the report does, which asks what analysts ask', () => {
    const report = only(deployment, 'AWS::Lambda::Function', (_, id) => id.startsWith('Nightly'));
    const asked = statementsOf(deployment, report).flatMap(({ Action, Resource }) =>
      Action.flatMap((action) => Resource.map((resource) => ({ action, resource }))),
    );
    const refused = asked.filter(({ action, resource }) => !allows(policy, action, resource));
    expect(asked.length).toBeGreaterThan(40);
    // What the function does beside asking.
    expect(new Set(refused.map(({ action }) => action))).toEqual(
      new Set([
        ...['s3:PutObject', 'logs:CreateLogStream', 'logs:PutLogEvents', 'sqs:SendMessage'],
        // Where there was a key once; deploy.md says what analysts then need.
        'kms:Decrypt',
      ]),
    );
    expect(refused.find(({ action }) => action === 's3:PutObject')?.resource).toMatch(/reports/);
  });

  it('lets nobody write into the lake, or read the responses', () => {
    for (const action of ['s3:PutObject', 's3:DeleteObject']) {
      expect(allows(policy, action, `arn:${lake}/activity/account_id=a/dt=d/current`)).toBe(false);
    }
    expect(allows(policy, 's3:GetObject', `arn:${lake}/activity/account_id=a/current`)).toBe(true);
    expect(allows(policy, 's3:GetObject', `arn:${lake}/landing/account_id=a/r.gz`)).toBe(false);
  });
});
