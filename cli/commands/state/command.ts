import type { Command } from 'commander';
import { addExportState } from './export.ts';
import { addImportState } from './import.ts';
import { addShowState } from './show.ts';

export function addState(program: Command): void {
  const state = program
    .command('state')
    .description('what is remembered of an account between runs: to look at, to take elsewhere');
  addShowState(state);
  addExportState(state);
  addImportState(state);
}
