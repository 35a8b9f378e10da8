import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { contactCentre } from '../../local/simulator/contact-centre.ts';
import { startSimulator } from '../../local/simulator/server.ts';
import { temporaryFolder } from '../cli/activity-command.ts';

const fromMs = Date.parse('2024-11-20T00:00:00Z');
const DAY_MS = 86_400_000;
const credentials = { clientId: 'cs-memory', clientSecret: 'memory-secret' };
const REPORT_MEMORY = `data:text/javascript,${encodeURIComponent(
  "process.once('exit', () => console.error('peak ' + process.resourceUsage().maxRSS))",
)}`;

describe('a pull of 100,000 events of one hour', () => {
  it('stays under 512 MB of memory', async () => {
    const { agents, events } = contactCentre({
      seed: 1,
      agents: 1_150,
      fromMs,
      toMs: fromMs + DAY_MS,
    });
    expect(events.length).toBeGreaterThan(100_000);
    const inOneHour = (ms: number) => fromMs + Math.floor((ms - fromMs) / 24_000) * 1_000;
    const simulator = await startSimulator({
      ...credentials,
      accountId: 'many',
      centre: { agents, events: events.map((e) => ({ ...e, eventMs: inOneHour(e.eventMs) })) },
    });
    const folder = await temporaryFolder();
    const file = path.join(folder, 'credentials.json');
    await writeFile(file, JSON.stringify(credentials), { mode: 0o600 });
    const pull = spawn(process.execPath, [
      ...['--import', 'tsx', '--import', REPORT_MEMORY, 'cli/main.ts', 'pull'],
      ...['--account-id', 'many', '--host', simulator.url, '--credentials', file],
      ...['--data', path.join(folder, 'data'), '--requests-per-minute', '100000'],
      ...['--from', '2024-11-20', '--now', '2024-11-20T02:00:00Z'],
    ]);
    const [stdout, stderr] = await Promise.all([
      text(pull.stdout),
      text(pull.stderr),
      once(pull, 'close'),
    ]);
    await simulator.stop();
    await rm(folder, { recursive: true });

    expect(pull.exitCode).toBe(0);
    const stored = Number(/([\d,]+) new/.exec(stdout)?.[1]?.replaceAll(',', ''));
    expect(stored).toBeGreaterThan(95_000);
    const peakKilobytes = Number(/peak (\d+)/.exec(stderr)?.[1]);
    expect(peakKilobytes / 1024).toBeLessThan(512);
  });
});
