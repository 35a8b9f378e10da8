/** What the fields around the list of updates say of it. */
interface Envelope {
  /** The source's own words for why this is no answer; `null` when it says nothing of the kind. */
  readonly failed: string | null;
  /** The field that says that rows are missing, as the source spells it: `meta.next_page`. */
  readonly cutBy: string | null;
  /** Fields of which nothing is known, each as the source spells it. */
  readonly unknown: readonly string[];
}

type Json = Readonly<Record<string, unknown>>;

/** A field, wherever it stands: its name in lower case letters and digits alone. */
interface Field {
  readonly name: string;
  readonly path: string;
  readonly value: unknown;
}

const DEEPEST = 5;
const MOST_FIELDS = 1_000;

const ROWS =
  '(?:(?:agent)?(?:row|record|result|item|element|hit|entr(?:y|ie)|update|event|activit(?:y|ie)|change|match(?:e)?|document|object|data)s?)';
const named = (pattern: string) => new RegExp(`^(?:${pattern})$`);

/** True, or anything but nothing: there is more. */
const MORE = [
  named(
    `(?:has|is|are|there|theres)*(?:any)?(?:more|additional|further)${ROWS}?(?:pages?)?(?:available|exists?|toload|tofetch|left|pending|remaining)?`,
  ),
  /^(?:has|is)next/,
  /truncat|partial|incomplete|notcomplete|capped|overflow/,
  /limit(?:was|is)?(?:reached|exceeded|hit)|(?:reached|exceeded|hit)(?:the)?limit/,
  named(
    `${ROWS}?(?:remaining|omitted|skipped|dropped|missing)${ROWS}?(?:count)?|(?:remaining|omitted|skipped|dropped|missing)(?:count)?(?:of)?${ROWS}?`,
  ),
  // Where to go on.
  named('next'),
  /next(?:page|link|url|uri|href|token|cursor|offset|skip|start|key|marker|id|batch|set|record|result|row|item|range|from|index|seq|position|scroll|query|request)/,
  /^continu(?:ation|e)|scrollid|searchafter|lastevaluatedkey/,
  named('(?:page|paging|pagination|result)?cursor|(?:page|paging|resume)token'),
];
/** Said to be false: there is more. */
const WHOLE = [
  named(
    `(?:is|are|all|was)*${ROWS}?(?:complete|completed|completeresults?|whole|exhaustive|finished|done|eof|exhausted|final|finalpage|lastpage|last|lastone|lastbatch|endofdata|endofresults?|endoflist|nomore|allreturned|allloaded)`,
  ),
  named(`nomore${ROWS}|(?:reachedend|endreached|isend)`),
];
/** More than the rows that came: some are missing. */
const TOTAL = named(
  `(?:x|grand|overall|full|all)?(?:total|count|num|number|nb|length|found|matched|filtered)(?:of)?(?:total|matching|available|matched|found)?${ROWS}?(?:count|size|found|matched|matching|available|total|filtered)?|${ROWS}(?:total|count|num|number|found|matched|matching|available|filtered)*`,
);
/** More than one: we ask for no page but the first. */
const PAGES = named(
  '(?:total|num|number|nb|count|last|max)(?:of)?pages?(?:count|number|num|total)?|pages?(?:count|total)|pages',
);

/** Anything in it: this is no answer. */
const ERRORS =
  /^(?:has|is|had|with)?(?:the|an|any)?(?:api|server|service|internal|system|query|request|response|partial)?(?:err|error|errors|fault|faults|exception|exceptions|failure|failures|failed)(?:s|list|details?|info|occurred|present|found|message|messages|msg|msgs|text|description|reason|string|count|type|name)?$/;
const ERROR_CODE = /^(?:err|error|fault)s?(?:code|codes|no|num|number|id|status)$/;
/** Said to be false: this is no answer. */
const SUCCESS =
  /^(?:is|was|has|request|query|operation|response)*(?:success|successful|successfull|succeeded|succeed|successfully|ok|valid)(?:flag|status)?$/;
const STATUS =
  /^(?:api|http|response|request|result|query|operation|call)*(?:status|state|outcome|result|code)(?:code|text|message|type|value)?$/;
const FAILED_STATUS =
  /^(?:(?:un|not)success(?:ful)?|nok|notok|ko|(?:internal)?(?:server)?(?:err|error|errors)|fail|failed|failure|fault|exception|time(?:d)?out|abort(?:ed)?|cancel(?:l)?ed|denied|accessdenied|unauthori[sz]ed|forbidden|unavailable|serviceunavailable|rejected|invalid|throttled|toomanyrequests|badrequest|badgateway|gatewaytimeout)$/;
const PARTIAL_STATUS = /partial|incomplete|truncat|^more/;
const WORDS = [
  'msg',
  'message',
  'description',
  'errordescription',
  'detail',
  'details',
  'reason',
  'title',
  'error',
  'errormessage',
  'text',
];

/** Texts that say nothing, false, or that all is well. */
const NOTHING = new Set([
  '',
  'null',
  'none',
  'nil',
  'undefined',
  'n/a',
  '-',
  'false',
  'no',
  'n',
  'f',
  'off',
  '0',
  'ok',
  'success',
]);
const FALSE = new Set(['false', 'no', 'n', 'f', 'off', '0', 'ko', 'fail', 'failed', 'error']);

/** Fields of which we know what they say, or that they say nothing of the rows. */
const HARMLESS = /^(?:accountid|agentupdates|limit|offset|skip|page|pagesize|pagenumber|size)$/;

/** @param rows how many updates the answer has */
export function readEnvelope(fields: Json, rows: number): Envelope {
  const all: Field[] = [];
  collect(fields, '', 0, all);
  const failing = all.find(saysFailed);
  const cutting = all.find((field) => saysMore(field, rows));
  return {
    failed: failing === undefined ? null : wordsOf(failing, fields),
    cutBy: cutting?.path ?? null,
    unknown: all
      .filter((field) => !isObject(field.value) && !isKnown(field))
      .map(({ path }) => path),
  };
}

/** The header that says that rows are missing: `Link` to what follows, `X-Total-Count`, … */
export function cutByHeader(headers: Headers, rows: number): string | null {
  for (const [path, value] of headers) {
    const name = plain(path).replace(/^x/, '');
    if (
      name === 'link'
        ? /;\s*rel\s*=\s*"?next\b/i.test(value)
        : saysMore({ name, path, value }, rows)
    ) {
      return path;
    }
  }
  return null;
}

/** Field by field, objects within objects; of lists only links, as `{ rel: 'next', href: … }`. */
function collect(fields: Json, within: string, depth: number, found: Field[]): void {
  for (const [spelled, value] of Object.entries(fields)) {
    if (found.length >= MOST_FIELDS) return;
    const name = plain(spelled);
    const path = within + spelled;
    if (within === '' && name === 'agentupdates') continue;
    found.push({ name, path, value });
    if (depth >= DEEPEST) continue;
    if (Array.isArray(value)) {
      for (const link of value.slice(0, MOST_FIELDS).filter(isObject)) {
        if (plain(String(link.rel ?? '')) === 'next')
          found.push({ name: 'next', path, value: link });
      }
    } else if (isObject(value) && !/ratelimit|quota|throttl/.test(name)) {
      collect(value, `${path}.`, depth + 1, found);
    }
  }
}

function saysFailed({ name, value }: Field): boolean {
  if (ERRORS.test(name)) return !isNothing(value);
  if (ERROR_CODE.test(name)) return !isNothing(value) && Number(value) !== 200;
  if (SUCCESS.test(name)) return isFalse(value);
  if (!STATUS.test(name)) return false;
  if (typeof value === 'string' && FAILED_STATUS.test(plain(value))) return true;
  const code = numberOf(value);
  return code !== null && code >= 400 && code < 600;
}

function saysMore({ name, value }: Field, rows: number): boolean {
  if (STATUS.test(name) && typeof value === 'string') return PARTIAL_STATUS.test(plain(value));
  const number = numberOf(value);
  if (PAGES.test(name) && number !== null) return number > 1;
  if (TOTAL.test(name) && number !== null) return number > rows;
  if (WHOLE.some((pattern) => pattern.test(name))) return isFalse(value);
  if (!MORE.some((pattern) => pattern.test(name))) return false;
  // Of what holds fields each speaks for itself, but for where to go on.
  if (isObject(value) && !/^(?:next|continu)/.test(name)) return false;
  return number === null ? !isNothing(value) : number > 0;
}

function isKnown({ name }: Field): boolean {
  return (
    HARMLESS.test(name) ||
    [ERRORS, ERROR_CODE, SUCCESS, STATUS, PAGES, TOTAL, ...MORE, ...WHOLE].some((pattern) =>
      pattern.test(name),
    )
  );
}

/** What the source says in words, if anything: its first text. */
export function wordsIn(fields: Json): string | null {
  const texts = Object.entries(fields).filter(([name]) => plain(name) !== 'accountid');
  return textIn(Object.fromEntries(texts), 0);
}

/** The first text in an error, else a message at the top, else the field itself. */
function wordsOf({ name, path, value }: Field, fields: Json): string {
  const [, beside] = Object.entries(fields).find(([each]) => WORDS.includes(plain(each))) ?? [];
  const words = (ERRORS.test(name) ? textIn(value, 0) : null) ?? textIn(beside, 0);
  return words ?? `${path}: ${shown(value)}`;
}

function shown(value: unknown): string {
  try {
    return JSON.stringify(value).toWellFormed();
  } catch {
    return 'a value nested too deep to be shown';
  }
}

function textIn(value: unknown, depth: number): string | null {
  if (typeof value === 'string') return isNothing(value) ? null : value;
  if (depth > DEEPEST || typeof value !== 'object' || value === null) return null;
  const members = Object.entries(value);
  const rank = ([name]: [string, unknown]) => (WORDS.includes(plain(name)) ? 0 : 1);
  for (const [, member] of members.sort((a, b) => rank(a) - rank(b)).slice(0, MOST_FIELDS)) {
    const text = textIn(member, depth + 1);
    if (text !== null) return text;
  }
  return null;
}

function isNothing(value: unknown, depth = 0): boolean {
  if (value === undefined || value === null || value === false || value === 0) return true;
  if (typeof value === 'string') return NOTHING.has(value.trim().toLowerCase());
  if (typeof value !== 'object' || depth > DEEPEST) return false;
  return Object.values(value).every((member) => isNothing(member, depth + 1));
}

function isFalse(value: unknown): boolean {
  if (typeof value === 'string') return FALSE.has(value.trim().toLowerCase());
  return value === false || value === 0;
}

function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.trim() === '') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}
