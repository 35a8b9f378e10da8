import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { reportTemplate, reportText } from '../../../cli/commands/report/files.ts';
import { type LocalAws, startLocalAws } from '../../../local/aws.ts';
import type { Queries } from '../../../shared/queries/query-result.ts';
import { reportNight } from '../../../shared/report/nightly-report.ts';
import { type ReportedCentre, reportedCentre } from './report-lake.ts';

const HOUR_MS = 3_600_000;
const fromMs = Date.parse('2026-03-02T00:00:00Z');
const known = { fromMs, toMs: fromMs + 58 * HOUR_MS };
const environmentBefore = { ...process.env };

let dataDir: string;
let aws: LocalAws;
let s3: S3Client;
let centre: ReportedCentre;
beforeAll(async () => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'nightly-'));
  aws = await startLocalAws({ dataDir, bucket: 'lake', checkpointTable: 'checkpoint' });
  Object.assign(process.env, aws.environment);
  s3 = new S3Client({});
  centre = await reportedCentre({ agents: 3, known, reportTimeZone: 'UTC' });
});
afterAll(async () => {
  centre.lake.close();
  s3.destroy();
  await aws.stop();
  process.env = environmentBefore;
  rmSync(dataDir, { recursive: true });
});

/** What Athena would answer, from the lake of the test. */
const queries = {
  select: async (sql: string) => {
    const rows = await centre.lake.rows(sql);
    const columns = Object.keys(rows[0] ?? {}).map((name) => ({ name, numeric: false }));
    return { columns, rows: rows.map((row) => columns.map(({ name }) => row[name])) };
  },
} as unknown as Queries;

const night = async (accountId: string, topicArn?: string, nowMs = known.toMs) => {
  const told: { readonly input: { readonly Message: string } }[] = [];
  const written = await reportNight({
    ...{ accountId, topicArn, queries, s3, bucket: 'lake', nowMs, reportTimeZone: 'UTC' },
    sns: { send: async (command: never) => told.push(command) } as never,
    template: await reportTemplate(),
    textOf: reportText,
  });
  return { written, told: told.map(({ input }) => input.Message) };
};

describe('the report of the night', () => {
  it('is of yesterday, lies in the lake, and is told where that is wanted', async () => {
    const key = 'reports/account_id=acme/activity-report-acme-2026-03-03.html';
    const first = await night('acme');
    expect(first).toMatchObject({ written: { day: '2026-03-03', key }, told: [] });
    const object = await s3.send(new GetObjectCommand({ Bucket: 'lake', Key: key }));
    const page = (await object.Body?.transformToString()) ?? '';
    expect(object.ContentType).toBe('text/html; charset=utf-8');
    expect(page).toContain('Agent activity of acme on 2026-03-03');
    expect(Buffer.byteLength(page)).toBe(first.written?.bytes);
    const again = await night('acme', 'arn:topic');
    expect(again.told).toEqual([expect.stringContaining(`s3://lake/${key}`)]);
  });

  it('is none of an account, or a day, of which nothing is known, and none is announced', async () => {
    expect(await night('nobody', 'arn:topic')).toEqual({ written: null, told: [] });
    const later = known.toMs + 48 * HOUR_MS;
    expect(await night('acme', 'arn:topic', later)).toEqual({ written: null, told: [] });
  });
});
