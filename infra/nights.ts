import { createHash } from 'node:crypto';
import { TimeZone } from 'aws-cdk-lib';
import { type CronOptionsWithTimezone, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';

/** When the nightly jobs of an account are due, UTC unless said otherwise. */
export interface Night {
  /** Every ten minutes of two hours that begin between 02:00 and 04:09. */
  readonly reconcile: ScheduleExpression;
  /** Between 03:00 and 03:59. */
  readonly directory: ScheduleExpression;
  /** Between 06:30 and 06:59 in the report's time zone: after the checks, where the account's people live. */
  readonly report: ScheduleExpression;
}

/**
 * An account's own minutes, from a hash of its id: they never move, and hundreds of accounts don't ask
 * Lambda, Athena and Kore.ai at once.
 */
export function nightOf(account: { readonly id: string; readonly reportTimeZone: string }): Night {
  const spread = createHash('sha256').update(account.id).digest().readUInt32BE();
  const cron = (options: CronOptionsWithTimezone) => ScheduleExpression.cron(options);
  const hour = 2 + (Math.floor(spread / 10) % 3);
  return {
    // It may need more than one invocation, and is to be tried again when the source is down. When
    // the day's checks are done, the rest of them find nothing to do.
    reconcile: cron({ hour: `${hour}-${hour + 1}`, minute: `${spread % 10}/10` }),
    directory: cron({ hour: '3', minute: `${spread % 60}` }),
    report: cron({
      hour: '6',
      minute: `${30 + (spread % 30)}`,
      timeZone: TimeZone.of(account.reportTimeZone),
    }),
  };
}
