import { Command } from 'commander';
import { codeVersion } from './account/account.ts';
import { addAcknowledgeEmpty } from './commands/acknowledge-empty.ts';
import { addAsk } from './commands/ask/command.ts';
import { addBackfill } from './commands/backfill/command.ts';
import { addCheck } from './commands/check.ts';
import { addCheckpoint } from './commands/checkpoint.ts';
import { addDemo } from './commands/demo/command.ts';
import { addDerive } from './commands/derive.ts';
import { addDirectory } from './commands/directory.ts';
import { addErase } from './commands/erase.ts';
import { addExpire } from './commands/expire.ts';
import { addExport } from './commands/export.ts';
import { addFiles } from './commands/files.ts';
import { addGaps } from './commands/gaps.ts';
import { addPull } from './commands/pull/command.ts';
import { addReconcile } from './commands/reconcile.ts';
import { addReplay } from './commands/replay/command.ts';
import { addReport } from './commands/report/command.ts';
import { addRuns } from './commands/runs/command.ts';
import { addSimulate } from './commands/simulate.ts';
import { addSql } from './commands/sql.ts';
import { addState } from './commands/state/command.ts';
import { addStatus } from './commands/status/command.ts';
import { addWatermark } from './commands/watermark.ts';
import { addExamples } from './examples.ts';
import { typed } from './terminal/command-name.ts';
import { rememberAtWork } from './terminal/typed-command.ts';

/** The whole command line, ready to parse. */
export const program = new Command(typed)
  .description('Copies Kore.ai SmartAssist agent activity, every event exactly once.')
  .version(codeVersion)
  .showHelpAfterError('See --help.')
  .addHelpText(
    'after',
    `
Exit codes: 0 done; 1 failed, or what was compared differs; 2 the command was given wrongly.
Each command has its own --help, with examples.`,
  )
  .exitOverride()
  .hook('preAction', (_, command) => rememberAtWork(command));

for (const add of [
  addDemo,
  addSimulate,
  addCheck,
  addPull,
  addReconcile,
  addBackfill,
  addDirectory,
  addStatus,
  addRuns,
  addSql,
  addAsk,
  addFiles,
  addExport,
  addReport,
  addGaps,
  addReplay,
  addDerive,
  addExpire,
  addErase,
  addWatermark,
  addCheckpoint,
  addState,
  addAcknowledgeEmpty,
]) {
  add(program);
}
addExamples(program);
