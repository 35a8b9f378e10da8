import {
  decodeAnswer,
  isUtf8Answer,
  type Marks,
  markNoValues,
  type ResponseFacts,
} from './answer-text.ts';
import { scanBody } from './body-scan.ts';
import { isObject, readEnvelope, wordsIn } from './envelope.ts';
import { elementsUnder, membersOf } from './source-text.ts';
import { type Updates, updatesOf, updatesScanned } from './updates.ts';

/** A list of updates, before its rows are looked at. */
export interface Answer {
  readonly kind: 'answer';
  /** As the response names it; `null` when it names none. */
  readonly accountId: string | null;
  readonly updates: Updates;
  /** The field of the envelope, or the header, that says that rows are missing; `null` when none does. */
  readonly cutBy: string | null;
  /** The fields of the envelope of which nothing is known. */
  readonly unknownFields: readonly string[];
}

/** No list: what some sources answer for a time of which there is nothing, and broken ones for any. */
export interface QuietAnswer {
  readonly kind: 'quiet';
  readonly accountId: string | null;
  readonly problem: string;
  /** The source's own words, if there are any, as they are. */
  readonly said: string | null;
  /** Whether it says, or leaves it unsaid, that there is nothing, and says nothing else. */
  readonly saysNothing: boolean;
}

/** The source says in a 200 that it failed. */
export interface FailedAnswer {
  readonly kind: 'failed';
  /** In its own words, as they are: they can hold what must not be repeated. */
  readonly said: string;
}

/** The body breaks the API's contract: there is no list of updates to read. */
export interface BrokenAnswer {
  readonly kind: 'broken';
  readonly problem: string;
}

const DATA =
  '(?:(?:agents?|activity|status|matching|available|such|new) )*(?:data|activit(?:y|ies)|updates?|events?|records?|rows?|results?|entries|content|changes?)';
/** Says that there is nothing, and names no other reason. */
const NOTHING_FOUND = new RegExp(
  `^(?!.*(?:error|fail|time.?out|timed|because|unable|could|cannot|can't|denied|permission|authori[sz]|unavailable))\\W*(?:there (?:is|are|was|were) )?(?:(?:no|zero|0) ${DATA}|${DATA} (?:was |were |is |are )?(?:not (?:found|available|present)|empty)|nothing)\\b`,
  'i',
);

const AS_USUAL: ResponseFacts = { status: 200, charset: null };

type AnyAnswer = Answer | QuietAnswer | FailedAnswer | BrokenAnswer;

/**
 * Reads the envelope of a response: JSON with `AgentUpdates` in either casing. A function of what is
 * stored of a response alone, so that a replay reads what a pull read.
 */
export function readAnswer(body: Uint8Array, facts: ResponseFacts = AS_USUAL): AnyAnswer {
  return readScanned(body, facts) ?? readPlainly(body, facts);
}

/** One pass over the bytes, if it understands them; `null` leaves them to `readPlainly`. */
function readScanned(body: Uint8Array, { status, charset }: ResponseFacts): AnyAnswer | null {
  if (status !== 200 || !isUtf8Answer(body, charset)) return null;
  const scanned = scanBody(hasMark(body) ? body.subarray(3) : body);
  if (scanned === null) return null;
  const { envelope: text, updates } = scanned;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(json) || elementsUnder(text, 'agentupdates', []) === null) return null;
  return answerOf({ json, text }, updates.length, () => updatesScanned(updates));
}

/** The byte order mark of UTF-8. */
function hasMark([first, second, third]: Uint8Array): boolean {
  return first === 0xef && second === 0xbb && third === 0xbf;
}

/** The same, element by element as `JSON.parse` reads them: it says what is right. */
export function readPlainly(body: Uint8Array, facts: ResponseFacts = AS_USUAL): AnyAnswer {
  if (facts.status === 204) return quiet('the answer is a 204, without content', null);
  const read = readJson(body, facts.charset);
  if (facts.status === 404) {
    const words = 'json' in read && isObject(read.json) ? wordsIn(read.json) : null;
    return { ...quiet('the answer is a 404', words), saysNothing: NOTHING_FOUND.test(words ?? '') };
  }
  if ('problem' in read) return broken(read.problem);
  const { json } = read;
  if (json === null) return quiet('the body is null', null);
  if (!isObject(json)) return broken('the body is JSON, but not an object');
  return answerOf({ json, text: read.text }, null, (list) => updatesIn(read, list));
}

/**
 * @param scannedRows how many updates were scanned, of which `json` has none; `null`: they are in `json`
 * @param updatesIn the updates, given the list in `json`
 */
function answerOf(
  { json, text }: { readonly json: Readonly<Record<string, unknown>>; readonly text: string },
  scannedRows: number | null,
  updatesIn: (list: readonly unknown[]) => Updates | BrokenAnswer,
): AnyAnswer {
  const fields = new Map(Object.entries(json).map(([name, value]) => [name.toLowerCase(), value]));
  if (fields.size < Object.keys(json).length) {
    return broken('the body has two fields that differ in casing alone');
  }
  const list = fields.get('agentupdates') ?? null;
  const rows = scannedRows ?? (Array.isArray(list) ? list.length : 0);
  const { failed, cutBy, unknown } = readEnvelope(json, rows);
  if (failed !== null && rows === 0 && NOTHING_FOUND.test(failed)) {
    return quiet('the answer has errors instead of rows', failed);
  }
  if (failed !== null) return { kind: 'failed', said: failed };
  const accountId = accountIdIn(fields.get('accountid'), { json, text });
  if (isNoList(list)) return withoutList(json, accountId);
  if (!Array.isArray(list)) return broken('the body has AgentUpdates that is no list');
  const updates = updatesIn(list);
  if ('problem' in updates) return updates;
  return { kind: 'answer', accountId, updates, cutBy, unknownFields: unknown };
}

function updatesIn(
  { text, marks, badAt, isWhole }: ReadJson,
  list: readonly unknown[],
): Updates | BrokenAnswer {
  const elements = elementsUnder(text, 'agentupdates', list);
  if (elements === null) return broken('the body has a field twice');
  if (isWhole) return updatesOf(elements);
  const inList = elements.reduce((sum, each) => sum + marks.countIn(each.text), 0);
  if (marks.countIn(text) > inList) {
    return broken(`a field beside AgentUpdates is ${damage(badAt)}`);
  }
  return updatesOf(
    elements.map((each) =>
      marks.areIn(each.text) ? { ...each, text: marks.undone(each.text), damaged: true } : each,
    ),
  );
}

/** Of a number its digits as sent: two accounts must not become one. */
function accountIdIn(
  value: unknown,
  { json, text }: Pick<ReadJson, 'json' | 'text'>,
): string | null {
  if (typeof value === 'string') return value || null;
  if (typeof value !== 'number') return null;
  if (Number.isSafeInteger(value)) return String(value);
  const members = membersOf({ value: json, text, plain: false });
  return members.find(({ name }) => name.toLowerCase() === 'accountid')?.text ?? null;
}

interface ReadJson {
  readonly json: unknown;
  /** Which it was read from. */
  readonly text: string;
  readonly marks: Marks;
  readonly badAt: number | null;
  /** Whether there is no mark in it. */
  readonly isWhole: boolean;
}

function readJson(body: Uint8Array, charset: string | null): ReadJson | { problem: string } {
  const what = `the body of ${body.byteLength} bytes is`;
  if (body.byteLength === 0) return { problem: 'the body is empty' };
  const decoded = decodeAnswer(body, charset);
  if (decoded === null) return { problem: `${what} not ${charset ?? 'UTF-8'} text` };
  const { text, marks, badAt } = decoded;
  try {
    return { json: JSON.parse(text), text, marks, badAt, isWhole: badAt === null };
  } catch (error) {
    try {
      const marked = markNoValues(decoded).text;
      return { json: JSON.parse(marked), text: marked, marks, badAt, isWhole: false };
    } catch {
      const bad = badAt === null ? '' : `, and ${damage(badAt)}`;
      return { problem: `${what} not JSON${positionOf(error)}${bad}` };
    }
  }
}

/** What takes the place of an empty list: nothing, '' or {}. */
function isNoList(list: unknown): boolean {
  return list === null || list === '' || (isObject(list) && Object.keys(list).length === 0);
}

function withoutList(json: object, accountId: string | null): QuietAnswer | BrokenAnswer {
  const within = Object.values(json).flatMap((value) =>
    isObject(value) ? [value, ...Object.values(value)] : [value],
  );
  // The list may have another name now: what looks quiet would then be every event.
  if (within.some((value) => Array.isArray(value) && value.length > 0)) {
    return broken('the body is a JSON object that has no AgentUpdates, but another list');
  }
  const words = wordsIn(json as Record<string, unknown>);
  return {
    ...quiet('the body is a JSON object that has no list of AgentUpdates', words),
    accountId,
  };
}

/** Of V8's message the number alone: the rest quotes what the source sent. */
function positionOf(error: unknown): string {
  const [, position] = /at position (\d+)/.exec(String(error)) ?? [];
  return position === undefined ? '' : ` from its character ${position} on`;
}

function damage(badAt: number | null): string {
  return badAt === null ? 'no JSON value' : `no UTF-8 at byte ${badAt}`;
}

function quiet(problem: string, said: string | null): QuietAnswer {
  const saysNothing = said === null || NOTHING_FOUND.test(said);
  return { kind: 'quiet', accountId: null, problem, said, saysNothing };
}

function broken(problem: string): BrokenAnswer {
  return { kind: 'broken', problem };
}
