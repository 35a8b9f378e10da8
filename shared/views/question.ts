import { SettingsError } from '../errors.ts';
import { sqlText } from './values.ts';

/** A place in the text of a question where the asker's own goes. */
export interface Blank {
  readonly name: string;
  /** The literal that stands there. */
  readonly literal: string;
}

interface Kind {
  /** How the literal of such a blank looks. */
  readonly literal: RegExp;
  readonly allowed: string;
  readonly fits: RegExp;
  readonly sql: (value: string) => string;
}

const KINDS: readonly Kind[] = [
  {
    literal: /^DATE /,
    allowed: 'a day such as 2026-01-31',
    fits: /^\d{4}-\d\d-\d\d$/,
    sql: (day) => `DATE '${day}'`,
  },
  {
    literal: /^TIMESTAMP /,
    allowed: 'a UTC time such as 2026-01-31T10:15:00',
    fits: /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?Z?$/,
    sql: (time) => `TIMESTAMP '${time.slice(0, 19).replace('T', ' ').replace(/Z$/, '')}'`,
  },
  {
    literal: /^INTERVAL /,
    allowed: 'whole minutes such as 30m',
    fits: /^\d{1,5}m$/,
    sql: (minutes) => `INTERVAL '${Number.parseInt(minutes, 10)}' MINUTE`,
  },
  { literal: /^'/, allowed: 'text', fits: /^[^\0]+$/, sql: sqlText },
];

const BLANKS = /^-- Put yours in place of: (.+)$/m;

/** The blanks of a question, as the comment on its top names them: `day DATE '2026-01-31'`. */
export function blanksOf(question: string): readonly Blank[] {
  const [, line = ''] = BLANKS.exec(question) ?? [];
  const found = line.matchAll(/(\w+) ((?:DATE |TIMESTAMP |INTERVAL )?'[^']*'(?: MINUTE)?)/g);
  return [...found].map(([, name = '', literal = '']) => ({ name, literal }));
}

/**
 * A question of `sql/questions` with the asker's values, for Athena and DuckDB alike.
 *
 * @param values by the names of the blanks: `day` → `2026-01-31`
 * @throws SettingsError that names what is missing, wrong, or not asked for
 */
export function filled(question: string, values: Readonly<Record<string, string>>): string {
  const blanks = blanksOf(question);
  const names = blanks
    .map(({ name }) => `--${name}`)
    .join(', ')
    .replace('--account, ', '');
  for (const name of Object.keys(values)) {
    if (blanks.some((blank) => blank.name === name)) continue;
    throw new SettingsError(
      `--${name} is nothing that this question asks for.`,
      `It asks for ${names}.`,
    );
  }
  const literals = new Map(blanks.map((blank) => [blank.literal, valueFor(blank, values, names)]));
  const [comment = ''] = /^(?:--.*\n)*/.exec(question) ?? [];
  // All at once: a value may look like a blank.
  const anywhere = new RegExp([...literals.keys()].map(asPattern).join('|') || '$^', 'g');
  const query = question.slice(comment.length);
  return query.replace(anywhere, (literal) => literals.get(literal) ?? literal);
}

function valueFor(
  { name, literal }: Blank,
  values: Readonly<Record<string, string>>,
  names: string,
): string {
  const value = values[name];
  if (value === undefined) {
    throw new SettingsError(`--${name} is missing.`, `The question asks for ${names}.`);
  }
  const kind = KINDS.find((each) => each.literal.test(literal)) as Kind;
  if (kind.fits.test(value)) return kind.sql(value);
  throw new SettingsError(
    `--${name} is "${value}", which is not allowed: ${kind.allowed}.`,
    `Correct --${name} and try again.`,
  );
}

function asPattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
