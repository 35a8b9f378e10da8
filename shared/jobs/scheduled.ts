import type { Pipeline } from '../run/lake-run.ts';
import type { Job } from '../run/run.ts';
import { activeBackfills, backfill } from './backfill.ts';
import { copyDirectory } from './directory.ts';
import { pull } from './pull.ts';
import { reconcile, reconcileIsDue } from './reconcile.ts';

/** The jobs that a schedule may ask for, by the name it asks with. */
export const jobs = {
  pull: { name: 'pull', work: pull },
  backfill: {
    name: 'backfill',
    work: (run) => backfill(run),
    isDue: async (run) => (await activeBackfills(run)).length > 0,
    priority: 'background',
  },
  reconcile: {
    name: 'reconcile',
    work: (run) => reconcile(run),
    isDue: reconcileIsDue,
    priority: 'background',
  },
  directory: { name: 'directory', work: copyDirectory },
} as const satisfies Record<string, Job<Pipeline>>;

export type JobName = keyof typeof jobs;

export const jobNames = Object.keys(jobs) as JobName[];
