import type { AwsClients } from '../aws.ts';
import { Backfills } from '../checkpoint/backfills.ts';
import { Checkpoint } from '../checkpoint/checkpoint.ts';
import { DayChecks } from '../checkpoint/day-checks.ts';
import { RunLedger } from '../checkpoint/run-ledger.ts';
import { type Clock, systemClock } from '../clock.ts';
import { BlockStore } from '../lake/block-store.ts';
import type { HeldVersions } from '../lake/held-versions.ts';
import { LakeObjects } from '../lake/lake-objects.ts';
import { Landing } from '../lake/landing.ts';
import type { LakeSettings } from '../settings.ts';

/** Where everything of one account is kept. */
export interface AccountStores {
  readonly landing: Landing;
  readonly blocks: BlockStore;
  readonly objects: LakeObjects;
  readonly checkpoint: Checkpoint;
  readonly backfills: Backfills;
  readonly dayChecks: DayChecks;
  readonly ledger: RunLedger;
}

/** Who writes: what it stores names it. */
interface Writer {
  readonly runId: string;
  readonly clock: Clock;
  readonly versions?: HeldVersions;
}

/** For whoever only reads. */
const NOBODY: Writer = { runId: '', clock: systemClock };

export function accountStores(
  { s3, db }: Pick<AwsClients, 's3' | 'db'>,
  { bucket, checkpointTable: table }: Pick<LakeSettings, 'bucket' | 'checkpointTable'>,
  accountId: string,
  { runId, clock, versions }: Writer = NOBODY,
): AccountStores {
  const lake = { s3, bucket, runId, clock };
  const items = { db, table, accountId, runId };
  return {
    landing: new Landing({ ...lake, accountId }),
    blocks: new BlockStore({ ...lake, ...(versions !== undefined && { versions }) }),
    objects: new LakeObjects(lake),
    checkpoint: new Checkpoint(items),
    backfills: new Backfills(items),
    dayChecks: new DayChecks(items),
    ledger: new RunLedger(items),
  };
}
