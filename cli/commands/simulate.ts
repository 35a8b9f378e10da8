import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { contactCentre } from '../../local/simulator/contact-centre.ts';
import { startSimulator } from '../../local/simulator/server.ts';
import { DAY_MS, startOfDay } from '../../shared/activity/instant.ts';
import { systemClock } from '../../shared/clock.ts';
import { accountSettingsSchema } from '../../shared/settings.ts';
import { notEmpty, parseOption } from '../options/option-values.ts';
import { typed } from '../terminal/command-name.ts';
import { untilInterrupted } from '../terminal/interruption.ts';
import { note, out, paintFor } from '../terminal/terminal.ts';
import { plural, shellQuoted } from '../terminal/wording.ts';

/** How long there is something to pull, from now on. */
const AHEAD_MS = DAY_MS;
const DAYS_BEFORE = 3;

export function addSimulate(program: Command): void {
  program
    .command('simulate')
    .description('serve a simulated Kore.ai account on this machine, to practise on')
    .option(
      '--account-id <id>',
      'what it is called: another for a second one',
      accountIdOf,
      'practice',
    )
    .option('--agents <n>', 'how many agents it has', agentsOf, 40)
    .option(
      '--credentials <file>',
      'where to write its credentials; it is replaced (default: simulated-credentials-ACCOUNT.json)',
      notEmpty,
    )
    .action(simulate);
}

async function simulate({
  accountId,
  agents,
  credentials: file = `simulated-credentials-${accountId}.json`,
}: {
  accountId: string;
  agents: number;
  credentials?: string;
}): Promise<void> {
  const signal = untilInterrupted();
  const nowMs = systemClock.now();
  const span = { fromMs: startOfDay(nowMs) - DAYS_BEFORE * DAY_MS, toMs: nowMs + AHEAD_MS };
  const [clientId, clientSecret] = [hex(8), hex(32)].map((text) => `simulated-${text}`);
  if (clientId === undefined || clientSecret === undefined) return;
  const simulator = await startSimulator({
    ...{ accountId, clientId, clientSecret },
    centre: contactCentre({ seed: 1, agents, ...span }),
  });
  try {
    await writeFile(file, JSON.stringify({ clientId, clientSecret }), { mode: 0o600 });
    tell(simulator.url, { accountId, agents, file });
    if (!signal.aborted) await once(signal, 'abort');
  } finally {
    await simulator.stop();
  }
}

function tell(
  url: string,
  { accountId, agents, file }: { accountId: string; agents: number; file: string },
): void {
  const { bold } = paintFor(process.stdout);
  const connection = `--account-id ${accountId} --host ${url} --credentials ${shellQuoted(path.resolve(file))}`;
  out(
    `A simulated account of ${plural(agents, 'agent')} answers at ${bold(url)}, with the last ${DAYS_BEFORE} days and the next as they come.`,
  );
  out('In another terminal:');
  out(`  ${typed} check ${connection} --data ./practice`);
  out(`  ${typed} pull ${connection} --data ./practice`);
  out(`  ${typed} status --data ./practice`);
  note('Ctrl-C ends it.');
}

function accountIdOf(text: string): string {
  return parseOption(accountSettingsSchema.entries.accountId, '--account-id', text);
}

function agentsOf(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Allowed is a whole number from 1 to 99999.');
}

function hex(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}
