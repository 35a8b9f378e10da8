import { spawnSync } from 'node:child_process';
import { systemClock } from '../../shared/clock.ts';
import { clockReaders } from './clock-readers.ts';

/*
 * Runs whatever reads the real clock at other hours, dates and zones than now: hours at which more of a day
 * or less lies behind, over a midnight into the 29th of February, on days of a change of clocks. Needs `faketime`, which shifts the clock of a process and of all that it starts.
 */

interface Moment {
  readonly at: string;
  readonly zone: string;
  readonly locale: string;
  readonly why: string;
}

/** UTC+14: the date is another one than in UTC for ten hours of each day. */
const KIRITIMATI = 'Pacific/Kiritimati';
/** UTC-3:30, and -2:30 in summer. */
const ST_JOHNS = 'America/St_Johns';

const moments: readonly Moment[] = [
  {
    ...{ at: '2028-02-28T23:58:00Z', zone: KIRITIMATI, locale: 'C' },
    why: 'over midnight into a leap day',
  },
  {
    ...{ at: '2028-02-29T00:01:00Z', zone: ST_JOHNS, locale: 'de_DE.UTF-8' },
    why: 'a leap day that has just begun',
  },
  {
    ...{ at: '2027-11-07T02:30:00Z', zone: ST_JOHNS, locale: 'tr_TR.UTF-8' },
    why: 'a day on which clocks are set back',
  },
  {
    ...{ at: '2027-03-14T05:59:00Z', zone: ST_JOHNS, locale: 'ar_EG.UTF-8' },
    why: 'half an hour after clocks were set forward',
  },
  {
    ...{ at: '2027-12-31T12:00:00Z', zone: KIRITIMATI, locale: 'C' },
    why: 'noon, and the next year in the zone of the machine',
  },
];

if (spawnSync('faketime', ['--version']).error !== undefined) {
  process.stderr.write(
    'test:clocks needs `faketime`, which is not installed. On Debian: apt-get install faketime\n',
  );
  process.exit(1);
}

const readers = await clockReaders();
process.stdout.write(
  `${readers.length} test files read the real clock:\n  ${readers.join('\n  ')}\n`,
);

/** Each file at three of the five moments, each moment with three in five of the files. */
const MOMENTS_EACH = 3;
const readersAt = (moment: number) =>
  readers.filter((_, file) => (file + moment) % moments.length < MOMENTS_EACH);

const failed: string[] = [];
for (const [moment, { at, zone, locale, why }] of moments.entries()) {
  const shiftSeconds = Math.round((Date.parse(at) - systemClock.now()) / 1_000);
  process.stdout.write(`\n== ${at}, ${zone}, ${locale}: ${why}\n`);
  const { status } = spawnSync(
    'faketime',
    // The order of tests within a file is another one each time; Jest prints its seed.
    [
      '-f',
      `${shiftSeconds >= 0 ? '+' : ''}${shiftSeconds}s`,
      'npx',
      'jest',
      '--randomize',
      ...['--runTestsByPath', ...readersAt(moment)],
    ],
    { stdio: 'inherit', env: { ...process.env, TZ: zone, LC_ALL: locale } },
  );
  if (status !== 0) failed.push(at);
}

process.stdout.write(
  failed.length === 0
    ? `\nGreen at all of ${moments.map(({ at }) => at).join(', ')}.\n`
    : `\nRed at ${failed.join(', ')}.\n`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
