import type { Command } from 'commander';
import { jobs } from '../../shared/jobs/scheduled.ts';
import { addSourceOptions, inAccount, type SourceOptions } from '../account/source-account.ts';
import { exitCodes } from '../failure/failure.ts';
import { untilInterrupted } from '../terminal/interruption.ts';
import { note, out } from '../terminal/terminal.ts';
import { counted, plural } from '../terminal/wording.ts';

export function addDirectory(program: Command): void {
  const command = program
    .command('directory')
    .description('copy the names of the agents of an account into the lake');
  addSourceOptions(command, [
    'accountId',
    'host',
    'streamId',
    'requestsPerMinute',
    'requestTimeout',
    'maxResponseMegabytes',
  ]).action(directory);
}

async function directory(options: SourceOptions): Promise<void> {
  await inAccount(options, async (account) => {
    const signal = untilInterrupted();
    const { record, error } = await account.run(jobs.directory, { signal });
    if (error !== null) throw error;
    if (record.status !== 'succeeded') {
      note('Ended before all was copied: run it again.');
      process.exitCode = exitCodes.failed;
      return;
    }
    const { new: added = 0, repeated = 0, agents_left_out = 0 } = record.counts ?? {};
    out(
      `Account ${record.account_id}: ${plural(added + repeated, 'agent')}, ${counted(added)} new.`,
    );
    if (agents_left_out > 0) {
      note(
        `${plural(agents_left_out, 'row')} left out: no agent id, or a number that may be rounded.`,
      );
    }
  });
}
