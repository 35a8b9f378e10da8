import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contactCentre } from '../local/simulator/contact-centre.ts';
import { startSimulator } from '../local/simulator/server.ts';
import { DAY_MS, isoInstant } from '../shared/activity/instant.ts';
import { systemClock } from '../shared/clock.ts';

/**
 * How long `pull` takes for about 100,000 events and how much memory its process needs
 * at most. The simulator runs in this process, the pull in its own.
 *
 *     npx tsx bench/pull.ts [agents] [hours]
 *
 * 1,150 agents make about 100,000 events a weekday; with fewer hours than 24 they happen faster.
 */
const AGENTS = Number(process.argv[2] ?? 1_150);
const HOURS = Number(process.argv[3] ?? 24);
const fromMs = Date.parse('2024-11-20T00:00:00Z');
const credentials = { clientId: 'cs-bench', clientSecret: 'bench-secret' };

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-pull-'));
  const file = join(folder, 'credentials.json');
  writeFileSync(file, JSON.stringify(credentials), { mode: 0o600 });
  const { agents, events } = contactCentre({
    seed: 1,
    agents: AGENTS,
    fromMs,
    toMs: fromMs + DAY_MS,
  });
  const hurried = (ms: number) => fromMs + Math.floor(((ms - fromMs) * HOURS) / 24_000) * 1_000;
  const centre = { agents, events: events.map((e) => ({ ...e, eventMs: hurried(e.eventMs) })) };
  const simulator = await startSimulator({ ...credentials, accountId: 'bench', centre });
  const startedMs = systemClock.now();
  const pull = spawn(
    process.execPath,
    [
      ...[
        '--import',
        'tsx',
        '--import',
        `data:text/javascript,${encodeURIComponent(REPORT_MEMORY)}`,
      ],
      ...['cli/main.ts', 'pull', '--account-id', 'bench', '--host', simulator.url],
      ...['--credentials', file, '--data', join(folder, 'data'), '--requests-per-minute', '100000'],
      ...['--from', isoInstant(fromMs), '--max-window', '1d'],
      ...['--now', isoInstant(fromMs + DAY_MS)],
    ],
    { stdio: 'inherit' },
  );
  const code = await new Promise((resolve) => pull.once('exit', resolve));
  const seconds = (systemClock.now() - startedMs) / 1_000;
  process.stdout.write(
    `${centre.events.length} events in ${seconds.toFixed(1)} s, exit code ${code}\n`,
  );
  await simulator.stop();
  rmSync(folder, { recursive: true });
}

const REPORT_MEMORY = `process.once('exit', () => process.stdout.write(
  'peak memory of the pull: ' + Math.round(process.resourceUsage().maxRSS / 1024) + ' MB\\n'))`;

main();
