import { readFileSync } from 'node:fs';
import { accounts, type Deployment, synthesized } from './deployment.ts';

/** By which property CloudFormation knows one of them, so that it can take it into a stack. */
const IDENTIFIERS: Readonly<Record<string, string>> = {
  'AWS::S3::Bucket': 'BucketName',
  'AWS::DynamoDB::GlobalTable': 'TableName',
  'AWS::KMS::Key': 'KeyId',
};

/** Made anew beside those that stayed: the lake needs nothing of the old ones. */
const MADE_ANEW = [
  /^QueriesResults/,
  /^AuditTrailRecords/,
  /^Log[0-9A-F]{8}$/,
  /^NightlyReportsLog/,
];

let deployment: Deployment;
let mapped: Readonly<Record<string, Readonly<Record<string, string>>>>;

beforeAll(() => {
  const settings = { encryption: 'kms', nightlyReport: 'written', auditTrail: true };
  deployment = synthesized({ accounts, ...settings });
  const page = readFileSync('docs/runbook.md', 'utf8');
  const command = /cdk import --resource-mapping-inline '([^']+)'/.exec(page)?.[1] ?? '';
  const [, key = ''] = /(?<=With `encryption: kms` its key as well: )`([^`]+)`/.exec(page) ?? [];
  mapped = { ...JSON.parse(command), ...JSON.parse(`{${key}}`) };
});

describe('what stays when the stack is destroyed', () => {
  it('is taken back by the command of the runbook, or not needed', () => {
    const stays = Object.entries(deployment.resources)
      .filter(([, { DeletionPolicy }]) => `${DeletionPolicy}`.startsWith('Retain'))
      .filter(([, { Type }]) => Type !== 'AWS::S3::BucketPolicy')
      .map(([id]) => id);
    const needed = stays.filter((id) => !MADE_ANEW.some((pattern) => pattern.test(id)));
    expect(Object.keys(mapped).sort()).toEqual(
      needed.filter((id) => !/Credentials/.test(id)).sort(),
    );
  });

  it('is named by the property that CloudFormation knows it by', () => {
    for (const [id, names] of Object.entries(mapped)) {
      const { Type = '' } = deployment.resources[id] ?? {};
      expect([id, Object.keys(names)]).toEqual([id, [IDENTIFIERS[Type]]]);
    }
  });

  it('refers to nothing that is not there before the rest is deployed', () => {
    const told = JSON.stringify(Object.keys(mapped).map((id) => deployment.resources[id]));
    const referred = [...told.matchAll(/"(?:Ref|Fn::GetAtt)":\[?"([^"]+)"/g)].map(([, id]) => id);
    const others = referred.filter((id = '') => !id.startsWith('AWS::') && !(id in mapped));
    expect(others).toEqual([]);
  });

  it('has the table under a name that is taken as long as the table is there', () => {
    const table = deployment.resources.CheckpointTable832DA703;
    expect(table?.Properties.TableName).toBe('agent-activity-lake-checkpoint');
    expect(mapped.CheckpointTable832DA703?.TableName).toBe('NAME-checkpoint');
  });
});
