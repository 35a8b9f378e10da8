import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import { contactCentre } from '../../../local/simulator/contact-centre.ts';
import { startSimulator } from '../../../local/simulator/server.ts';
import { awsClients } from '../../../shared/aws.ts';
import { isRowOf } from '../../../shared/jobs/agent-holdings.ts';
import { eraseAgent } from '../../../shared/jobs/erasure.ts';
import { verify } from '../../../shared/jobs/replay.ts';
import { jobs } from '../../../shared/jobs/scheduled.ts';
import { readBlock } from '../../../shared/lake/block-format.ts';
import { LakeObjects, type ObjectVersion } from '../../../shared/lake/lake-objects.ts';
import { tables } from '../../../shared/lake/tables.ts';
import type { LakeRun, Pipeline } from '../../../shared/run/lake-run.ts';
import { type Job, run } from '../../../shared/run/run.ts';
import { accountSettingsSchema, parseSettings } from '../../../shared/settings.ts';
import { heldCredentials } from '../../../shared/smartassist/credentials.ts';
import { credentials, readyJwt } from '../pipeline/test-lake.ts';
import { FakeClock } from '../smartassist/fake-clock.ts';

const HOUR = 3_600_000;
const startMs = Date.parse('2024-11-18T22:00:00Z');
const centre = contactCentre({ seed: 4, agents: 4, fromMs: startMs, toMs: startMs + 8 * HOUR });
const [{ agentId = '' } = {}] = centre.events;
const names = { bucket: `erased-${process.pid}`, checkpointTable: `erased-${process.pid}` };

/** In a bucket that keeps what is replaced and deleted, as the deployed one does. */
it('an erasure leaves no version of any object that names the agent', async () => {
  process.env.AWS_ENDPOINT_URL = process.env.S3_CONTRACT_ENDPOINT;
  Object.assign(process.env, { AWS_REGION: 'us-east-1' });
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any' });
  const clients = awsClients();
  const { s3 } = clients;
  await s3.send(new CreateBucketCommand({ Bucket: names.bucket }));
  await s3.send(
    new PutBucketVersioningCommand({
      Bucket: names.bucket,
      VersioningConfiguration: { Status: 'Enabled' },
    }),
  );
  await new DynamoDBClient().send(
    new CreateTableCommand({
      TableName: names.checkpointTable,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['account_id', 'item'].map((AttributeName) => ({
        ...{ AttributeName, AttributeType: 'S' as const },
      })),
      KeySchema: [
        { AttributeName: 'account_id', KeyType: 'HASH' },
        { AttributeName: 'item', KeyType: 'RANGE' },
      ],
    }),
  );
  let nowMs = startMs;
  const simulator = await startSimulator({
    ...{ ...credentials, accountId: 'acc', centre, nowMs: () => nowMs },
  });
  const settings = parseSettings(
    accountSettingsSchema,
    {
      ...names,
      ...{ accountId: 'acc', host: simulator.url, credentialsSecret: 'none', lookback: '2h' },
      ...{ start: new Date(startMs).toISOString(), requestsPerMinute: 100_000 },
    },
    'test',
  );
  const clock = new FakeClock();
  const perform = async (job: Job<Pipeline>, hours: number) => {
    nowMs = startMs + hours * HOUR;
    clock.nowMs += HOUR;
    const { error } = await run(
      {
        ...{ settings, clients, clock, planAtMs: () => nowMs, deadlineMs: clock.nowMs + 600_000 },
        ...{ codeVersion: 'test', credentials: heldCredentials({ jwt: readyJwt }) },
      },
      job,
    );
    if (error !== null) throw error;
  };
  for (const hours of [3, 5, 7, 9]) await perform(jobs.pull, hours);
  await perform(jobs.directory, 9);

  const objects = new LakeObjects({ s3, bucket: names.bucket });
  const all = async () => {
    const found: ObjectVersion[] = [];
    for await (const version of objects.versions('')) found.push(version);
    return found;
  };
  const before = await all();
  await perform({ name: 'erase', work: (lakeRun: LakeRun) => eraseAgent(lakeRun, agentId) }, 9);
  const versions = await all();
  // Pointers alone have older versions; those of blocks and responses that named the agent are gone.
  expect(before.length).toBeGreaterThan(versions.length);
  const older = versions.filter(({ isLatest }) => !isLatest).map(({ key }) => key);
  expect(older.filter((key) => !key.endsWith('/current'))).toEqual([]);
  const found: unknown[] = [];
  await perform(
    {
      name: 'verify',
      work: (lakeRun: LakeRun) =>
        verify(lakeRun, {}, ({ differences, rows }) => found.push(...differences, rows)),
    },
    9,
  );
  expect(found.filter((each) => typeof each !== 'number')).toEqual([]);
  expect(found.length).toBeGreaterThan(0);
  for (const { key, versionId } of versions) {
    const bytes = (await objects.read(key, versionId)) ?? new Uint8Array();
    const table = tables.find(({ folder }) => key.startsWith(`blocks/${folder}/`));
    const names = table && readBlock(table, bytes).some((row) => isRowOf(row, agentId));
    expect([key, names ?? String(Buffer.from(bytes)).includes(agentId)]).toEqual([key, false]);
  }
  await simulator.stop();
}, 120_000);
