import {
  type StateDocument,
  stateIn,
  stateText,
} from '../../../shared/checkpoint/state-document.ts';
import { type ImportWords, importState, proveImport } from '../../../shared/jobs/import-state.ts';
import { jobs } from '../../../shared/jobs/scheduled.ts';
import { afterAllMs } from '../checkpoint/states.ts';
import type { TestLake } from '../pipeline/test-lake.ts';
import { type Account, HOUR, newAccount, startMs } from './lost-table-account.ts';

export const NO_WORDS: ImportWords = { replace: false, withGaps: false };

/** The state of an account as a file has it. */
export async function exported(account: Account): Promise<StateDocument> {
  return account.ask(async ({ checkpoint, backfills }) => {
    const state = await checkpoint.load();
    if (state === null) throw new Error('no checkpoint');
    const around = { exportedAtMs: afterAllMs, exportedFrom: 'here' };
    const of = { accountId: account.accountId, backfills: await backfills.all() };
    return stateIn(stateText({ ...around, ...of, checkpoint: state }), 'here');
  });
}

/** Imports it as the command does. */
export const imported = (
  account: Account,
  document: StateDocument,
  words: Partial<ImportWords> = {},
) =>
  account.ask(async (run) => {
    const found = await proveImport(run, document, { ...NO_WORDS, ...words });
    if (!found.isThere) await importState(run, found);
    return found;
  });

/** Read from two hours before its history up to `hours` after it began. */
export async function pulled(lake: TestLake, hours = 6): Promise<Account> {
  const account = await newAccount(lake);
  account.at(2);
  await account.run();
  await account.backfill('old', -2, 0);
  await account.run({ job: jobs.backfill });
  account.at(hours);
  await account.run();
  return account;
}

/** Where the watermark is, in hours of the history. */
export const watermarkHours = async (account: Account) =>
  (((await account.checkpoint())?.watermarkMs ?? 0) - startMs) / HOUR;
