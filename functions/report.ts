import { readFileSync } from 'node:fs';
import { AthenaClient } from '@aws-sdk/client-athena';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import type { Context } from 'aws-lambda';
import * as v from 'valibot';
import { systemClock } from '../shared/clock.ts';
import { athenaQueries } from '../shared/queries/athena.ts';
import { type NightlyReport, reportNight } from '../shared/report/nightly-report.ts';
import { parseSettings } from '../shared/settings.ts';
import { logger } from './observed.ts';

/** What EventBridge Scheduler sends: of which account, and in whose zone yesterday is meant. */
const eventSchema = v.object({
  accountId: v.string('the id of an account'),
  reportTimeZone: v.string('its IANA time zone'),
});

const settingsSchema = v.object({
  bucket: v.string(),
  database: v.string(),
  workgroup: v.string(),
  /** Where it is told that a report was written; absent: nowhere. */
  topicArn: v.optional(v.string()),
});

/** Beside the bundle: the texts of `sql/report`, and the page without its data. */
const besideIt = (name: string) =>
  readFileSync(new URL(`./report/${name}`, import.meta.url), 'utf8');

let warm: ReturnType<typeof start> | undefined;

function start() {
  const settings = parseSettings(
    settingsSchema,
    JSON.parse(process.env.REPORT_SETTINGS ?? 'null'),
    'REPORT_SETTINGS',
  );
  const client = new AthenaClient({});
  return {
    ...settings,
    queries: athenaQueries({ client, clock: systemClock, ...settings }),
    s3: new S3Client({}),
    sns: new SNSClient({}),
    template: besideIt('page.html'),
    textOf: (name: string) => besideIt(`${name}.sql`),
  };
}

/**
 * The Lambda entry point: writes the page of yesterday of an account into the lake's bucket.
 *
 * @returns which day and where; `null` when nobody was heard of, or the day is not whole yet
 */
export async function handler(event: unknown, context: Context): Promise<NightlyReport | null> {
  logger.addContext(context);
  const asked = parseSettings(eventSchema, event, 'The event');
  warm ??= start();
  const written = await reportNight({ ...warm, ...asked, nowMs: systemClock.now() });
  logger.info('report', { account_id: asked.accountId, report: written });
  return written;
}
