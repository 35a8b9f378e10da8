import type { Command } from 'commander';
import { typed } from './terminal/command-name.ts';

/** Of each command, by its words, what one types. */
const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  demo: ['demo', 'demo --data ./my-demo'],
  simulate: ['simulate --agents 200'],
  check: [
    'check --account-id your-account-id --host smartassist.kore.ai --credentials credentials.json',
  ],
  pull: [
    'pull --account-id your-account-id --host smartassist.kore.ai --credentials credentials.json',
    'pull --dry-run',
    'pull --every 5m',
  ],
  reconcile: ['reconcile --days 2'],
  backfill: [
    'backfill --from 2026-01-01 --to 2026-02-01',
    'backfill --status',
    'backfill --cancel 20260101_20260201 --reason "not needed"',
  ],
  directory: ['directory'],
  status: ['status', 'status --stack agent-activity-lake --json'],
  runs: ['runs --limit 5'],
  'runs show': ['runs show 1a2b3c4d'],
  sql: [
    'sql "SELECT activity, count(*) AS changes FROM agent_activity GROUP BY ALL"',
    'sql --file sql/audit/stored-once.sql --json',
    `sql --csv "FROM agent_day WHERE day = DATE '2026-01-31'" > day.csv`,
    `sql --parquet day.parquet "FROM agent_day WHERE day = DATE '2026-01-31'"`,
  ],
  ask: ['ask', 'ask staffed-at --day 2026-01-31 --at 10:15'],
  files: ['files --table agent_activity --from 2026-01-01'],
  export: ['export --agent a-123 --out ./a-123'],
  report: ['report --day 2026-01-31', 'report --days 7 --out ./reports'],
  gaps: ['gaps'],
  replay: [
    'replay --verify',
    'replay --from 2026-01-31 --to 2026-01-31 --reason "a block was lost"',
  ],
  derive: ['derive --all --reason "the report zone was wrong"'],
  expire: ['expire --keep-rows 400d --reason "the account is disabled"'],
  erase: ['erase --agent a-123 --reason "asked to be forgotten"'],
  'watermark set': ['watermark set --to 2026-01-31T08:00:00Z --reason "the source was restored"'],
  'checkpoint rebuild': ['checkpoint rebuild --reason "the table was lost"'],
  'checkpoint begin': ['checkpoint begin --from 2026-01-31 --reason "responses have expired"'],
  'state show': ['state show', 'state show --json'],
  'state export': ['state export --file state.json'],
  'state import': ['state import --file state.json --reason "the lake was moved"'],
  'acknowledge-empty': ['acknowledge-empty --day 2026-01-01 --reason "New Year, closed"'],
};

/** Ends the help of each command with what one types. */
export function addExamples(program: Command): void {
  for (const { words, command } of leaves(program)) {
    const examples = EXAMPLES[words] ?? [];
    if (examples.length === 0) continue;
    const lines = examples.map((example) => [' ', typed, example].join(' '));
    command.addHelpText('after', `\n${['For example:', ...lines].join('\n')}`);
  }
}

/** Every command that does something, with the words that call it: `watermark set`. */
export function leaves(
  program: Command,
  before = '',
): readonly { readonly words: string; readonly command: Command }[] {
  return program.commands.flatMap((command) => {
    const words = `${before}${command.name()}`;
    const beneath = leaves(command, `${words} `);
    return EXAMPLES[words] === undefined && beneath.length > 0
      ? beneath
      : [{ words, command }, ...beneath];
  });
}
