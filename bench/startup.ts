import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { contactCentre } from '../local/simulator/contact-centre.ts';
import { startSimulator } from '../local/simulator/server.ts';
import { buildCommand, COMMAND } from '../packaging/command.ts';
import { HOUR_MS, isoInstant } from '../shared/activity/instant.ts';
import { median, spread, type Times } from './timing.ts';

/*
 * What a command costs that has little to do, in processor time of all its processes: by npm, from the sources, and as
 * it is published. The pull is one that finds an hour of 50 agents read already.
 *
 *     npx tsx bench/startup.ts
 */

const RUNS = 7;
const fromMs = Date.parse('2025-03-11T08:00:00Z');
const credentials = { clientId: 'cs-bench', clientSecret: 'bench-secret' };

const ways: Readonly<Record<string, readonly string[]>> = {
  'npm run activity': ['npm', 'run', '--silent', 'activity', '--'],
  'from the sources': [process.execPath, '--import', 'tsx', 'cli/main.ts'],
  built: [process.execPath, join('dist', COMMAND)],
};

/** Milliseconds of processor time, of the command and all that it starts. */
async function processorOf(command: readonly string[]): Promise<number> {
  const child = spawn('sh', ['-c', '"$@" > /dev/null 2>&1 || exit 1; times', 'sh', ...command]);
  const said = await text(child.stdout);
  const [, ofChildren = ''] = said.trim().split('\n');
  const [user, system] = [...ofChildren.matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, seconds]) => Number(minutes) * 60_000 + Number(seconds) * 1_000,
  );
  if (user === undefined || system === undefined) throw new Error(`${command.join(' ')} failed.`);
  return user + system;
}

async function measure(): Promise<void> {
  await buildCommand('dist');
  const folder = mkdtempSync(join(tmpdir(), 'bench-startup-'));
  const file = join(folder, 'credentials.json');
  writeFileSync(file, JSON.stringify(credentials), { mode: 0o600 });
  const centre = contactCentre({ seed: 1, agents: 50, fromMs, toMs: fromMs + HOUR_MS });
  const simulator = await startSimulator({ ...credentials, accountId: 'bench', centre });
  const data = ['--data', join(folder, 'data')];
  const commands: Readonly<Record<string, readonly string[]>> = {
    '--help': ['--help'],
    pull: [
      ...['pull', '--account-id', 'bench', '--host', simulator.url, '--credentials', file, ...data],
      ...['--requests-per-minute', '100000', '--from', isoInstant(fromMs)],
      ...['--now', isoInstant(fromMs + HOUR_MS)],
    ],
    status: ['status', ...data],
  };
  for (const [command, args] of Object.entries(commands)) {
    const times = new Map<string, number[]>(Object.keys(ways).map((way) => [way, []]));
    // In turn, so that all see the same machine. The first run of each is to warm up.
    for (let run = 0; run <= RUNS; run += 1) {
      for (const [way, start] of Object.entries(ways)) {
        const took = await processorOf([...start, ...args]);
        if (run > 0) times.get(way)?.push(took);
      }
    }
    const base: Times = times.get('npm run activity') ?? [];
    for (const [way, taken] of times) {
      const share = (median(taken) / median(base)) * 100;
      process.stdout.write(`${command}, ${way}: ${spread(taken)}, ${share.toFixed(0)} %\n`);
    }
  }
  await simulator.stop();
  rmSync(folder, { recursive: true });
}

measure();
