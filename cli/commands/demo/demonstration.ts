import path from 'node:path';
import { text } from 'node:stream/consumers';
import { isoDay, isoInstant } from '../../../shared/activity/instant.ts';
import { systemClock } from '../../../shared/clock.ts';
import { jobs } from '../../../shared/jobs/scheduled.ts';
import { heldCredentials, parseCredentials } from '../../../shared/smartassist/credentials.ts';
import { type OpenAccount, openAccount } from '../../account/account.ts';
import { settingsFrom } from '../../account/settings.ts';
import { exitCodes } from '../../failure/failure.ts';
import { lakeFolder } from '../../places/data-folder.ts';
import { openLake } from '../../places/folder-lake.ts';
import { openFolder } from '../../places/folder-place.ts';
import { readStores } from '../../places/read-stores.ts';
import { resultLines } from '../../sql/query-result.ts';
import { typed } from '../../terminal/command-name.ts';
import { runLines } from '../../terminal/run-table.ts';
import { note, out, paintFor } from '../../terminal/terminal.ts';
import { typedCommand } from '../../terminal/typed-command.ts';
import { counted, instant, shellQuoted, size, span } from '../../terminal/wording.ts';
import { writeReports } from '../report/files.ts';
import { runDays, type WhatHappened } from './days.ts';
import { clearDemoFolder, markDemoFolder } from './demo-folder.ts';
import type { OneRun } from './killed-run.ts';
import { compareWithTruth, type Proof } from './proof.ts';
import {
  ACCOUNT_ID,
  AGENTS,
  LATE_SHARE,
  LATEST_MINUTES,
  REPEATED_SHARE,
  RUN_EVERY_MINUTES,
  type SimulatedAccount,
  type Story,
  startSimulatedAccount,
  storyBefore,
} from './simulated-account.ts';
import { clockFrom } from './simulated-clock.ts';
import { storedFileLines } from './stored-files.ts';

/** The simulated days pass in seconds, and the request budget counts real ones. */
const REQUESTS_PER_MINUTE = '100000';

const QUERY = `SELECT event_time, first_name || ' ' || last_name AS agent, activity, reason_code
FROM agent_activity JOIN agents USING (account_id, agent_id)
ORDER BY event_time DESC, agent_id, event_seq DESC LIMIT 6`;

const COUNT =
  'SELECT activity, count(*) AS changes FROM agent_activity GROUP BY ALL ORDER BY 2 DESC';

function openSimulated(dataDir: string, host: string, credentials: string, from?: string) {
  const settings = settingsFrom({
    ...{ accountId: ACCOUNT_ID, host, requestsPerMinute: REQUESTS_PER_MINUTE },
    ...(from !== undefined && { from }),
  });
  const held = heldCredentials(parseCredentials(credentials, 'The demonstration'));
  return openAccount(openFolder(dataDir), settings, held);
}

/** The one run that the demonstration starts in a process of its own, in order to kill it. */
export async function runOnce(dataDir: string, { host, nowMs }: OneRun): Promise<void> {
  const account = openSimulated(dataDir, host, await text(process.stdin));
  try {
    const { error } = await account.run(jobs.pull, { clock: clockFrom(nowMs) });
    if (error !== null) throw error;
  } finally {
    await account.place.close();
  }
}

/** Some simulated days, told while they pass, and the proof that all of them is stored. */
export async function demonstrate(dataDir: string): Promise<void> {
  const startedMs = systemClock.now();
  await clearDemoFolder(dataDir);
  tellInterruption(dataDir);
  const story = storyBefore(startedMs);
  const source = await startSimulatedAccount(story);
  try {
    const { simulator, credentials } = source;
    const from = isoInstant(story.fromMs);
    const account = openSimulated(dataDir, simulator.url, credentials, from);
    try {
      await account.place.use(async () => {});
      await markDemoFolder(dataDir);
      tellSimulated(dataDir, story, source);
      tellHappened(await runDays({ dataDir, story, account, source }));
      const proof = await compareWithTruth(dataDir, source.truth);
      const proved = tellProof(proof, source.malformed);
      await tellFiles(dataDir);
      await tellRows(dataDir);
      await tellRuns(account);
      await tellReport(dataDir, story);
      tellNext(dataDir, systemClock.now() - startedMs);
      if (!proved) process.exitCode = exitCodes.failed;
    } finally {
      await account.place.close();
    }
  } finally {
    await source.simulator.stop();
  }
}

function heading(text: string): void {
  out();
  out(paintFor(process.stdout).bold(text));
}

function tellSimulated(dataDir: string, { fromMs, toMs }: Story, source: SimulatedAccount): void {
  const percent = (share: number) => `${share * 100} %`;
  out('Agent Activity Lake copies what contact-centre agents did (available, busy, away, …) from');
  out('Kore.ai SmartAssist into Parquet files, each event exactly once. Here it does so on this');
  out('machine alone, with everything around it simulated.');
  heading('1. What is simulated');
  out(`  Kore.ai     an account with ${AGENTS} agents, served at ${source.simulator.url}`);
  out(`  AWS         S3 and DynamoDB, kept as files in ${dataDir}`);
  out(
    `  the days    ${instant(fromMs)} to ${instant(toMs)}: ${counted(source.truth.length)} status changes`,
  );
  out(
    `  mishaps     ${counted(source.late)} changes (${percent(LATE_SHARE)}) are listed up to ${LATEST_MINUTES} minutes late, ${percent(REPEATED_SHARE)} of the rows`,
  );
  out(`              twice in one answer, and ${source.malformed} rows are malformed`);
  heading('2. What happens');
  out(
    `  The job runs every ${RUN_EVERY_MINUTES} simulated minutes. Each run pulls what is new since its watermark, and`,
  );
  out('  the hour before once more, for what is late.');
}

/** Nothing of a simulation is worth ending safely: it is made anew in a minute. */
function tellInterruption(dataDir: string): void {
  process.once('SIGINT', () => {
    note(
      `\nInterrupted. ${path.resolve(dataDir)} is half made; the next demonstration replaces it.`,
    );
    // With nobody listening the signal does what it always does.
    process.kill(process.pid, 'SIGINT');
  });
}

function tellHappened({ runs, duplicate, faultsAtMs, crash }: WhatHappened): void {
  const at = (ms: number) => instant(ms).slice(0, 16);
  const mishaps = [
    {
      atMs: duplicate.atMs,
      words: [
        'The schedule delivers twice: two runs at once. They end as',
        `${duplicate.ended.join(' and ')}.`,
      ],
    },
    {
      atMs: faultsAtMs,
      words: ['The source answers 503, then breaks off in the middle: the run asks again.'],
    },
    {
      atMs: crash.atMs,
      words: crash.killed
        ? [
            'The process of the run is killed (SIGKILL) when it has written its rows:',
            `${counted(crash.storedAhead)} events are stored, but the watermark still is ${at(crash.watermarkMs)},`,
            `and the ledger says "${crash.recorded}". The next run pulls them again.`,
          ]
        : ['The run was to be killed, but ended before that could be done.'],
    },
  ];
  for (const { atMs, words } of mishaps.sort((a, b) => a.atMs - b.atMs)) {
    for (const [index, line] of words.entries()) {
      out(`  ${(index === 0 ? at(atMs) : '').padEnd(16)}  ${line}`);
    }
  }
  out(`  ${counted(runs)} runs in all.`);
}

/** @returns whether the truth and the lake are equal */
function tellProof(proof: Proof, malformed: number): boolean {
  const { green, red, bold } = paintFor(process.stdout);
  const { happened, stored, missing, twice, invented, rejected } = proof;
  const proved = missing + twice + invented === 0 && rejected === malformed;
  heading('3. Is every event stored, and once? What happened and what is stored, row by row:');
  const line = (words: string, number: number, fine: boolean) =>
    out(`  ${words.padEnd(36)} ${counted(number).padStart(8)}  ${fine ? green('✓') : red('✗')}`);
  line('happened at the source', happened, happened > 0);
  line('stored in the lake', stored, stored === happened);
  line('missing', missing, missing === 0);
  line('stored twice', twice, twice === 0);
  line('stored, but never happened', invented, invented === 0);
  line(`malformed, kept as rejected (of ${malformed})`, rejected, rejected === malformed);
  out(
    proved
      ? `  ${bold(green('Every event is stored exactly once.'))}`
      : `  ${bold(red('The truth and the lake differ. This is a bug: please report it.'))}`,
  );
  return proved;
}

async function tellFiles(dataDir: string): Promise<void> {
  heading(`4. The files, in ${lakeFolder(dataDir)}`);
  for (const line of await storedFileLines(lakeFolder(dataDir), '  ')) out(line);
}

async function tellRows(dataDir: string): Promise<void> {
  heading('5. The last events, asked with SQL (DuckDB)');
  const lake = await openLake(dataDir);
  try {
    for await (const line of resultLines(await lake.stream(QUERY), '  ')) out(line);
  } finally {
    lake.close();
  }
}

async function tellRuns({ place, settings }: OpenAccount): Promise<void> {
  heading('6. The run ledger: the newest runs, and those that met a mishap');
  const runs = await readStores(place, settings.accountId, ({ ledger }) => ledger.latest(1_000));
  const shown = runs.filter(({ status }, index) => index < 3 || status !== 'succeeded');
  for (const line of runLines(shown, '  ')) out(line);
}

/** @param dataDir where the pages of yesterday and today go, linked with each other */
async function tellReport(dataDir: string, { toMs }: Story): Promise<void> {
  heading('7. A page to look at, for who writes no SQL: open it in a browser');
  const lake = await openLake(dataDir);
  try {
    const wanted = { accountId: ACCOUNT_ID, day: isoDay(toMs), days: 2, out: dataDir };
    for (const { file, bytes } of await writeReports(lake, wanted)) {
      out(`  ${path.resolve(file)}  ${size(bytes)}`);
    }
  } finally {
    lake.close();
  }
}

function tellNext(dataDir: string, tookMs: number): void {
  const { bold, dim } = paintFor(process.stdout);
  out();
  out(`Done in ${span(tookMs)}. Everything is left in ${bold(path.resolve(dataDir))}. Try next:`);
  const data = `--data ${shellQuoted(dataDir)}`;
  const because = (why: string) => dim(`     # ${why}`);
  out(`  ${typedCommand(`sql "${COUNT}" ${data}`)}`);
  out(`  ${typedCommand(`sql ${data}`)}${because('the views and tables, and their columns')}`);
  out(
    `  ${typedCommand(`ask timesheet ${data}`)}${because('one of twelve questions of analysts')}`,
  );
  out(`  ${typedCommand(`status ${data}`)}`);
  out(`  ${typedCommand(`runs ${data}`)}`);
  const verified = because('does each row match its source response?');
  out(`  ${typedCommand(`replay --verify ${data}`)}${verified}`);
  out(`To practise on a simulated account that stays up: ${typed} simulate`);
  out('And with a real account:');
  out(`  ${typed} check --account-id ID --host smartassist.kore.ai --credentials FILE`);
  out(`  ${typed} pull  --account-id ID --host smartassist.kore.ai --credentials FILE`);
}
