import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { localDayOf, localDaySpan } from '../activity/local-day.ts';
import { sourceZone } from '../activity/source-zone.ts';
import { listKeys } from '../lake/block-store.ts';
import type { Queries } from '../queries/query-result.ts';
import { type Asking, askDays, askingOf, askReport } from './ask-report.ts';
import { reportData } from './report-data.ts';
import { REPORTS_FOLDER, reportFile, reportPage } from './report-page.ts';

/** The page that was written. */
export interface NightlyReport {
  readonly day: string;
  readonly key: string;
  readonly bytes: number;
}

export interface Night {
  readonly accountId: string;
  readonly reportTimeZone: string;
  readonly nowMs: number;
  readonly bucket: string;
  readonly queries: Queries;
  readonly s3: S3Client;
  readonly sns: SNSClient;
  /** Where it is told; absent: nowhere. */
  readonly topicArn?: string | undefined;
  /** As `report-page/template.ts` makes it. */
  readonly template: string;
  readonly textOf: Asking['textOf'];
}

/**
 * Writes the page of yesterday, over an earlier one of that day. It links to those of the other days that
 * are there.
 *
 * @returns `null` when nobody was heard of that day, or it is not known as a whole yet
 * @throws QueryError when Athena can't answer
 */
export async function reportNight(night: Night): Promise<NightlyReport | null> {
  const { accountId, reportTimeZone, bucket, s3, queries, textOf, template, nowMs } = night;
  const asking = askingOf(queries, textOf);
  const zone = sourceZone(reportTimeZone);
  const day = localDayOf(zone, localDaySpan(zone, localDayOf(zone, nowMs)).fromMs - 1);
  const days = await askDays(asking, accountId);
  if (!days.some((each) => each.day === day && each.isWhole)) return null;
  const folder = `${REPORTS_FOLDER}/account_id=${accountId}/`;
  const there = new Set(await listKeys(s3, bucket, folder));
  const beside = (other: string) => {
    const file = reportFile(accountId, other);
    return there.has(`${folder}${file}`) ? file : null;
  };
  const rows = await askReport(asking, accountId, day);
  const page = reportPage(template, reportData(rows, accountId, day, nowMs, beside));
  const key = `${folder}${reportFile(accountId, day)}`;
  await s3.send(
    new PutObjectCommand({
      ...{ Bucket: bucket, Key: key, Body: page },
      ContentType: 'text/html; charset=utf-8',
    }),
  );
  await announce(night, day, key);
  return { day, key, bytes: Buffer.byteLength(page) };
}

async function announce({ sns, topicArn, accountId, bucket }: Night, day: string, key: string) {
  if (topicArn === undefined) return;
  await sns.send(
    new PublishCommand({
      TopicArn: topicArn,
      Subject: `Agent activity of ${accountId} on ${day}`.slice(0, 100),
      Message: [
        `The report of ${day} is written: s3://${bucket}/${key}`,
        '',
        'To open it, or to make a link to it that holds for a day:',
        `aws s3 cp s3://${bucket}/${key} .`,
        `aws s3 presign s3://${bucket}/${key} --expires-in 86400`,
      ].join('\n'),
    }),
  );
}
