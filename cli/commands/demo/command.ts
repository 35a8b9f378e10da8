import { type Command, Option } from 'commander';
import { notEmpty } from '../../options/option-values.ts';
import { DEMO_FOLDER } from '../../places/data-folder.ts';
import type { OneRun } from './killed-run.ts';

export function addDemo(program: Command): void {
  program
    .command('demo')
    .description('run the whole thing against a simulated account and show what comes of it')
    .option(
      '--data <dir>',
      'where to keep it; an earlier demonstration is replaced',
      notEmpty,
      DEMO_FOLDER,
    )
    // What the demonstration starts in order to kill it.
    .addOption(new Option('--one-run <json>').hideHelp())
    .action(async ({ data, oneRun }: { data: string; oneRun?: string }) => {
      // It loads what no other command needs: the simulator, the embedded servers and DuckDB together.
      const { demonstrate, runOnce } = await import('./demonstration.ts');
      if (oneRun === undefined) return demonstrate(data);
      const run: OneRun = JSON.parse(oneRun);
      return runOnce(data, run);
    });
}
