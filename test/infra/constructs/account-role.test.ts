import { pointerKey, versionKey } from '../../../shared/lake/block-keys.ts';
import { landingKey } from '../../../shared/lake/landing.ts';
import { tables } from '../../../shared/lake/tables.ts';
import {
  accounts,
  type Deployment,
  functionOf,
  ids,
  lakeBucket,
  only,
  resolved,
  resources,
  secretOf,
  settingsOf,
  synthesized,
} from '../deployment.ts';
import { allows, statementsOf, statementsOfRoles } from '../permissions.ts';

let deployment: Deployment;
let lakeId: string;

beforeAll(() => {
  deployment = synthesized({ accounts });
  [lakeId] = lakeBucket(deployment);
});

describe('least privilege', () => {
  const window = { fromMs: Date.UTC(2026, 0, 31, 23), toMs: Date.UTC(2026, 1, 1) };
  const keysOf = (id: string) => [
    ...tables
      .map((table) => ({ table, accountId: id, day: table.day && '2026-01-31' }))
      .flatMap((block) => [pointerKey(block), versionKey(block, 7, '1f-2e')]),
    landingKey(id, window, Buffer.from('{}')),
  ];

  it('lets a function read and write every object of its account, and no other account’s', () => {
    for (const id of ids) {
      const granted = statementsOf(deployment, functionOf(deployment, id));
      for (const owner of ids) {
        for (const key of keysOf(owner)) {
          for (const action of ['s3:GetObject', 's3:PutObject']) {
            expect([key, action, allows(granted, action, `arn:${lakeId}/${key}`)]).toEqual([
              key,
              action,
              owner === id,
            ]);
          }
        }
      }
      // The plan is the customer's.
      expect(allows(granted, 's3:PutObject', `arn:${lakeId}/schedules/plan.csv`)).toBe(false);
    }
  });

  it('lets it tell a missing object from a forbidden one, for any key', () => {
    for (const id of ids) {
      const listing = statementsOf(deployment, functionOf(deployment, id)).filter(({ Action }) =>
        Action.includes('s3:ListBucket'),
      );
      expect(listing).toEqual([expect.objectContaining({ Resource: [`arn:${lakeId}`] })]);
      expect(listing[0]).not.toHaveProperty('Condition');
    }
  });

  it('lets it read its own secret and no other', () => {
    for (const id of ids) {
      const granted = statementsOf(deployment, functionOf(deployment, id));
      const readable = ids.filter((owner) =>
        allows(granted, 'secretsmanager:GetSecretValue', secretOf(deployment, owner)[0]),
      );
      expect(readable).toEqual([id]);
      expect(
        granted.filter(({ Action }) => Action.some((a) => /^secretsmanager:/.test(a))),
      ).toHaveLength(1);
    }
  });

  it('lets it change the items of its own account alone', () => {
    for (const id of ids) {
      const [statement, ...others] = statementsOf(deployment, functionOf(deployment, id)).filter(
        ({ Action }) => Action.some((action) => /^dynamodb:/.test(action)),
      );
      expect(others).toEqual([]);
      expect([...(statement?.Action ?? [])].sort()).toEqual([
        'dynamodb:GetItem',
        'dynamodb:PutItem',
        'dynamodb:Query',
        'dynamodb:UpdateItem',
      ]);
      expect(statement?.Condition).toEqual({
        'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [id] },
      });
    }
  });

  it('grants no role a wildcard, but for days within a prefix, for keys, and for X-Ray, which knows no resources', () => {
    const roles = [...statementsOfRoles(deployment).values()];
    expect(roles).toHaveLength(2 * ids.length);
    for (const { Action, Resource, Effect } of roles.flat()) {
      expect(Effect).toBe('Allow');
      expect(Action.join()).not.toContain('*');
      for (const resource of Resource.filter((text) => text.includes('*'))) {
        if (Action.every((action) => action.startsWith('xray:'))) expect(resource).toBe('*');
        else if (Action.join() === 'logs:PutLogEvents') expect(resource).toContain(':log-stream:');
        else if (Action.join() === 'kms:Decrypt') expect(resource).toMatch(/:kms:.*:key\/\*$/);
        else
          expect(resource).toMatch(
            /^arn:\w+\/((\w+\/account_id=[\w-]+\/(dt|day)=\*\/(current|\*\.json\.gz))|(blocks\/\w+\/account_id=[\w-]+\/((dt|day)=\*\/)?\*\.parquet))$/,
          );
      }
    }
  });

  it('lets it read under any key, but through a service alone, and only its own secret, the lake and the table', () => {
    const [tableId] = only(deployment, 'AWS::DynamoDB::GlobalTable');
    const under = (service: string, context: string, arn: string) => ({
      StringEquals: { 'kms:ViaService': `${service}.AWS::Region.AWS::URLSuffix` },
      StringLike: { [`kms:EncryptionContext:${context}`]: arn },
    });
    for (const id of ids) {
      const decrypting = statementsOf(deployment, functionOf(deployment, id)).filter(({ Action }) =>
        Action.some((action) => action.startsWith('kms:')),
      );
      expect(decrypting.map(({ Condition }) => Condition)).toEqual([
        under('s3', 'aws:s3:arn', `arn:${lakeId}`),
        under('dynamodb', 'aws:dynamodb:tableName', tableId),
        under('secretsmanager', 'SecretARN', secretOf(deployment, id)[0]),
      ]);
    }
  });

  it('lets it read a secret that was there before, by its name', () => {
    const given = synthesized({ accounts: [{ ...accounts[0], secret: 'lake/old' }] });
    expect(resources(given, 'AWS::SecretsManager::Secret')).toEqual([]);
    const fn = functionOf(given, ids[0]);
    expect(settingsOf(fn[1]).credentialsSecret).toBe('lake/old');
    const arn =
      'arn:AWS::Partition:secretsmanager:AWS::Region:AWS::AccountId:secret:lake/old-??????';
    const [statement, ...others] = statementsOf(given, fn).filter(({ Action }) =>
      Action.includes('secretsmanager:GetSecretValue'),
    );
    expect(others).toEqual([]);
    expect(statement?.Resource).toEqual([arn]);
  });

  it('lets it write what Lambda calls its own streams of the log that all share, and no other', () => {
    const [logGroup] = only(deployment, 'AWS::Logs::LogGroup');
    const stream = (id: string) =>
      `arn:AWS::Partition:logs:AWS::Region:AWS::AccountId:log-group:${logGroup}:log-stream:2026/01/31/agent-activity-lake-${id}[$LATEST]0f1e`;
    for (const id of ids) {
      const granted = statementsOf(deployment, functionOf(deployment, id));
      expect(allows(granted, 'logs:CreateLogStream', `arn:${logGroup}`)).toBe(true);
      const writable = ids.filter((owner) => allows(granted, 'logs:PutLogEvents', stream(owner)));
      expect(writable).toEqual([id]);
    }
  });

  it('lets a schedule invoke its own function and nothing else', () => {
    for (const [, { Properties }] of resources(deployment, 'AWS::Scheduler::Schedule')) {
      const { Arn, RoleArn } = resolved<{ Arn: string; RoleArn: string }>(Properties.Target);
      const granted = statementsOfRoles(deployment).get(RoleArn.replace('arn:', '')) ?? [];
      const invokable = granted.filter(({ Action }) => Action.includes('lambda:InvokeFunction'));
      expect(invokable.flatMap(({ Resource }) => Resource)).toEqual([Arn]);
    }
  });

  it('gives the destination of failed runs a sender before Lambda asks for one', () => {
    for (const [, fn] of resources(deployment, 'AWS::Lambda::Function')) {
      expect(fn.DependsOn).toContainEqual(expect.stringContaining('RoleDefaultPolicy'));
    }
  });
});
