import { type Command, InvalidArgumentError } from 'commander';
import { SettingsError } from '../../../shared/errors.ts';
import { notEmpty, parseDay } from '../../options/option-values.ts';
import { accountIn, addPlaceOptions, inPlace, type PlaceOptions } from '../../places/open-place.ts';
import type { Place } from '../../places/place.ts';
import { untilInterrupted } from '../../terminal/interruption.ts';
import { out } from '../../terminal/terminal.ts';
import { size } from '../../terminal/wording.ts';
import { writeReports } from './files.ts';

type ReportOptions = PlaceOptions & {
  readonly accountId?: string;
  readonly day?: string;
  readonly days: number;
  readonly out: string;
};

export function addReport(program: Command): void {
  const command = program
    .command('report')
    .description('write a page about a day of an account: one HTML file that needs nothing else')
    .option('--account-id <id>', 'the account, if there are several', notEmpty)
    .option('--day <YYYY-MM-DD>', 'the local day; default: the last that is known as a whole')
    .option('--days <n>', 'so many days that end with it, a file each, linked', numberOfDays, 1);
  addPlaceOptions(command)
    .option('--out <path>', 'the file, or a folder for files of the usual names', notEmpty, '.')
    .action(report);
}

async function report(options: ReportOptions): Promise<void> {
  const day = options.day === undefined ? undefined : parseDay('--day', options.day);
  if (options.days > 1 && /\.html?$/i.test(options.out)) {
    throw new SettingsError(
      `--out names one file, and --days asks for ${options.days}.`,
      'Name a folder with --out.',
    );
  }
  const written = await inPlace(options, (place) => reportsOf(place, { ...options, day }));
  for (const { file, bytes, day: of } of written) out(`${of}  ${file}  ${size(bytes)}`);
}

async function reportsOf(
  place: Place,
  { accountId: named, day, days, out: path }: ReportOptions & { readonly day: string | undefined },
) {
  const accountId = await accountIn(place, named);
  const queries = await place.queries();
  try {
    const signal = place.kind === 'stack' ? untilInterrupted() : undefined;
    return await writeReports(queries, { accountId, day, days, out: path }, signal);
  } finally {
    queries.close();
  }
}

function numberOfDays(text: string): number {
  const days = Number(text);
  if (/^\d+$/.test(text) && days >= 1 && days <= 366) return days;
  throw new InvalidArgumentError('Give a whole number from 1 to 366.');
}
