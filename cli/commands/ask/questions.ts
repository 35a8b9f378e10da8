import { readdirSync, readFileSync } from 'node:fs';
import { DAY_MS, isoInstant, shifted } from '../../../shared/activity/instant.ts';
import { firstInstantAt, localDaySpan } from '../../../shared/activity/local-day.ts';
import { sourceZone } from '../../../shared/activity/source-zone.ts';
import { SettingsError } from '../../../shared/errors.ts';
import { packageFile } from '../../../shared/package-files.ts';
import { type Blank, blanksOf } from '../../../shared/views/question.ts';

/** A question of analysts: a file of `sql/questions/`. */
export interface Question {
  /** Of its file, by which it is asked. */
  readonly name: string;
  readonly title: string;
  readonly text: string;
  readonly blanks: readonly Blank[];
}

const FOLDER = packageFile('sql/questions/');

/** All there are, by name. */
export function questions(): readonly Question[] {
  return readdirSync(FOLDER)
    .sort()
    .map((file) => {
      const text = readFileSync(new URL(file, FOLDER), 'utf8').trim();
      const [, title = ''] = /^-- (.+)$/m.exec(text) ?? [];
      return { name: file.replace(/\.sql$/, ''), title, text, blanks: blanksOf(text) };
    });
}

/** What a person said of the blanks; `day` stands for `from` and `to` as well. */
type Given = Readonly<Record<string, string | undefined>>;

/**
 * What stands in the blanks of a question: what is given, else the last whole day, or as many before it as
 * the question's own example has, else the value of the example.
 *
 * @param given `at`: a UTC instant, or `HH:MM` of the local day
 * @param last the last whole local day, `YYYY-MM-DD`
 * @throws SettingsError when nothing tells a value, or one is given that the question has no blank for
 */
export function valuesFor(
  { blanks, name }: Question,
  given: Given,
  { last, reportTimeZone }: { readonly last: string; readonly reportTimeZone: string },
): Record<string, string> {
  const literal = new Map(blanks.map((blank) => [blank.name, blank.literal]));
  const example = (blank: string) => /'(.*)'/.exec(literal.get(blank) ?? '')?.[1] ?? '';
  refuseOthers(name, blanks, given);
  const to = given.to ?? given.day ?? last;
  const days = (Date.parse(example('to')) - Date.parse(example('from'))) / DAY_MS;
  const from = given.from ?? given.day ?? (literal.has('from') ? daysBefore(to, days) : to);
  if (from > to) throw new SettingsError(`--from ${from} is after --to ${to}.`, 'Turn them round.');
  const day = given.day ?? last;
  const at = given.at ?? example('at').slice(-8, -3);
  const byDefault: Given = {
    ...{ from, to, day, at: literal.has('at') ? instantOf(reportTimeZone, day, at) : undefined },
    longer: `${example('longer')}m`,
  };
  const values: Record<string, string> = {};
  for (const blank of blanks) {
    const value = ['from', 'to', 'day', 'at'].includes(blank.name)
      ? byDefault[blank.name]
      : (given[blank.name] ?? byDefault[blank.name]);
    if (value !== undefined) values[blank.name] = value;
  }
  return values;
}

function refuseOthers(name: string, blanks: readonly Blank[], given: Given): void {
  const has = (blank: string) => blanks.some((each) => each.name === blank);
  for (const [option, value] of Object.entries(given)) {
    if (value === undefined || has(option) || (option === 'day' && has('from'))) continue;
    const asked = blanks.map((blank) => blank.name).filter((blank) => blank !== 'account');
    throw new SettingsError(
      `${name} does not ask for --${option}.`,
      `It asks for --${asked.join(' and --')}.`,
    );
  }
}

function daysBefore(day: string, days: number): string {
  return shifted(day, -days);
}

/** The UTC instant of a time of a local day, `HH:MM`, or of a UTC time, as SQL is given it. */
function instantOf(zoneName: string, day: string, given: string): string {
  const zone = sourceZone(zoneName);
  const span = localDaySpan(zone, day);
  const isTimeOfDay = /^([01]\d|2[0-3]):[0-5]\d$/.test(given);
  const utc = given.replace(' ', 'T').replace(/Z?$/, 'Z');
  const atMs = isTimeOfDay
    ? firstInstantAt(zone, Date.parse(`${day}T${given}:00Z`))
    : Date.parse(utc);
  // Of a time after a change of clocks over midnight, too.
  if (atMs >= span.fromMs && atMs < span.toMs) return isoInstant(atMs).slice(0, 19);
  const [from, to] = [span.fromMs, span.toMs].map((ms) => isoInstant(ms).slice(0, 16));
  throw new SettingsError(
    `--at is "${given}", which is no time of ${day}.`,
    `Give HH:MM as clocks show it, 00:00 to 23:59, or a UTC instant from ${from}Z to ${to}Z.`,
  );
}
