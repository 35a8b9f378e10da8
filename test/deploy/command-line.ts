import { activity, type Ended } from '../cli/activity-command.ts';

const STACK = 'agent-activity-lake';
const DAY_MS = 86_400_000;

interface Deployed {
  readonly accountId: string;
  /** Deployed beside it, and not asked for anything. */
  readonly others: readonly string[];
  /** How many are stored. */
  readonly events: number;
  /** Where the account's history begins: yesterday, 00:00. */
  readonly fromMs: number;
  /** What no line may hold. */
  readonly secret: string;
  readonly holds: (what: string, condition: boolean, seen: unknown) => void;
  /** Invokes the deployed function as its schedule does. */
  readonly pullAsDeployed: () => Promise<{ readonly result?: object }>;
}

/** Runs every command of the command line with `--stack` against the deployed stack. */
export async function checkCommandLine(deployed: Deployed): Promise<void> {
  const { accountId, others, events, fromMs, secret, holds, pullAsDeployed } = deployed;
  const said: string[] = [];
  const on = async (...args: string[]): Promise<Ended> => {
    const ofAccount = args[0] === 'sql' ? [] : ['--account-id', accountId];
    const ended = await activity(...args, '--stack', STACK, ...ofAccount);
    said.push(ended.stdout + ended.stderr);
    return ended;
  };
  const json = async (...args: string[]) => JSON.parse((await on(...args, '--json')).stdout);
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);

  const missing = await activity('status', '--stack', 'not-deployed');
  holds(
    'a stack that is not there is named with its region',
    missing.code === 1 && /"not-deployed" in the region us-east-1/.test(missing.stderr),
    missing,
  );
  const all = await activity('pull', '--stack', STACK);
  holds(
    'which account is asked for, and there are three',
    all.code === 2 && [accountId, ...others].every((id) => all.stderr.includes(id)),
    all,
  );
  const [status] = await json('status');
  holds(
    `status: ${events} events of ${accountId}`,
    status.account_id === accountId && status.events === events && status.rejected === 0,
    status,
  );
  const checked = await on('check');
  holds('check: every step succeeds', checked.code === 0, checked);
  const refused = await on('check', '--credentials', 'file');
  holds(
    '--credentials is refused, the secret has them',
    refused.code === 2 && refused.stderr.includes('--credentials'),
    refused,
  );

  const pulled = await on('pull');
  holds('pull: nothing is new', pulled.code === 0 && pulled.stdout.includes(': 0 new,'), pulled);
  const copied = await on('directory');
  holds('directory: no agent is new', copied.code === 0 && copied.stdout.includes('0 new'), copied);
  const reconciled = await on('reconcile', '--days', '2');
  holds(
    'reconcile: yesterday is checked and awaits late events, the day before was not read',
    reconciled.code === 0 &&
      new RegExp(`${day(fromMs)} .*late events may come`).test(reconciled.stdout) &&
      new RegExp(`${day(fromMs - DAY_MS)} .*not read whole`).test(reconciled.stdout),
    reconciled,
  );

  const span = ['--from', day(fromMs - DAY_MS), '--to', day(fromMs)];
  const added = await on('backfill', ...span, '--name', 'history', '--reason', 'for the check');
  holds(
    'backfill: added, with what it will take',
    added.code === 0 && added.stderr.includes('about 4 requests'),
    added,
  );
  await on('backfill', ...span, '--name', 'unwanted');
  const unasked = await on('backfill', '--cancel', 'unwanted', '--reason', 'a mistake');
  holds('backfill --cancel: asks first', unasked.code === 2, unasked);
  const cancelled = await on('backfill', '--cancel', 'unwanted', '--reason', 'a mistake', '--yes');
  holds('backfill --cancel: cancels', cancelled.code === 0, cancelled);
  await pullAsDeployed();
  const backfills = await json('backfill', '--status');
  holds(
    'the deployed function reads the backfill with what its pull leaves',
    JSON.stringify(backfills.map((each: Record<string, unknown>) => [each.name, each.status])) ===
      '[["history","done"],["unwanted","cancelled"]]',
    backfills,
  );

  const runs: Record<string, unknown>[] = await json('runs');
  const byHand = runs.filter(({ actor }) => String(actor).startsWith('arn:aws:'));
  const jobs = byHand.map(({ job }) => job).reverse();
  holds(
    `runs: those by hand say who made them: ${jobs.join(', ')}`,
    jobs.join() === 'pull,directory,reconcile,backfill-add,backfill-add,backfill-cancel',
    runs,
  );
  const shown = await on('runs', 'show', String(byHand.at(-4)?.run_id).slice(0, 6));
  holds(
    'runs show: who, why and what it did',
    shown.code === 0 && shown.stdout.includes('for the check') && shown.stdout.includes('arn:aws:'),
    shown,
  );

  const [gaps] = await json('gaps');
  holds('gaps: none', gaps.gaps.length === 0 && gaps.covered.length === 1, gaps);
  const verified = await on('replay', '--verify');
  holds('replay --verify: equal', verified.code === 0, verified);
  const replayed = await on('replay', '--reason', 'for the check', '--yes');
  holds(
    'replay: nothing to replace',
    replayed.code === 0 && replayed.stdout.includes(' 0 blocks replaced'),
    replayed,
  );
  const to = new Date(fromMs + DAY_MS / 2).toISOString();
  const back = ['watermark', 'set', '--to', to, '--reason', 'for the check'];
  const doubtful = await on(...back);
  holds('watermark set: asks first', doubtful.code === 2, doubtful);
  const moved = await on(...back, '--yes');
  await on('pull');
  const [after] = await json('status');
  holds(
    'watermark set: back, and the next pull comes to now again',
    moved.code === 0 && after.lag_seconds < 300,
    { moved, after },
  );
  const full = await on(
    ...['acknowledge-empty', '--day', day(fromMs), '--reason', 'for the check', '--yes'],
  );
  holds(
    'acknowledge-empty: refused, the day is not empty',
    full.code === 2 && full.stderr.includes('not empty'),
    full,
  );

  const listed = await on('sql');
  holds(
    'sql: lists the tables with their rows',
    /agent_activity: [\d,]+ rows/.test(listed.stdout),
    listed,
  );
  // The emulator takes every query and answers each with no row.
  const asked = await on('sql', 'SELECT count(*) AS n FROM agent_activity', '--json');
  holds('sql: Athena is asked', asked.code === 0 && asked.stdout.trim() === '[]', asked);
  const question = await on('ask', 'timesheet', '--json');
  holds(
    'ask: Athena is asked the question, filled in',
    question.code === 0 && question.stdout.trim() === '[]',
    question,
  );
  const page = await on('report');
  holds('report: says that no day is known', /There is no day of account/.test(page.stderr), page);
  const derived = await on('derive', '--all');
  holds('derive: all days are in order', derived.stdout.startsWith('0 days derived'), derived);
  const dropping = await on('sql', 'DROP TABLE agent_activity');
  holds('sql: only queries are', dropping.code === 1, dropping);
  holds('no line holds the secret', !said.join().includes(secret), undefined);
}
