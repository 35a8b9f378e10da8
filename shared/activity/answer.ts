import { elementsUnder, type SourceElement } from './source-text.ts';

/** What a 200 from the Agent Activity API holds, before its rows are looked at. */
export interface Answer {
  readonly kind: 'answer';
  /** As the response names it; `null` when it names none. */
  readonly accountId: string | null;
  readonly updates: readonly SourceElement[];
  /** What in the envelope says that rows are missing; `null` when nothing does. */
  readonly cutBy: 'hasMore' | 'total' | null;
}

/** The body breaks the API's contract: there is no list of updates to read. */
export interface BrokenAnswer {
  readonly kind: 'broken';
  readonly problem: string;
}

const TOTALS = ['total', 'totalcount', 'totalrecords'];

/** Reads the envelope of a response body: UTF-8 JSON with `AgentUpdates` in either casing. */
export function readAnswer(body: Uint8Array): Answer | BrokenAnswer {
  let text: string;
  let json: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    json = JSON.parse(text);
  } catch (error) {
    const what = error instanceof SyntaxError ? 'not JSON' : 'not UTF-8 text';
    return broken(`the body of ${body.byteLength} bytes is ${what}`);
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return broken('the body is JSON, but not an object');
  }
  const fields = new Map(Object.entries(json).map(([name, value]) => [name.toLowerCase(), value]));
  if (fields.size < Object.keys(json).length) {
    return broken('the body has two fields that differ in casing alone');
  }
  const list = fields.get('agentupdates');
  if (!Array.isArray(list)) {
    const lists = list === undefined ? 'has no AgentUpdates' : 'has AgentUpdates that is no list';
    return broken(`the body is a JSON object that ${lists}`);
  }
  const updates = elementsUnder(text, 'agentupdates', list);
  if (updates === null) return broken('the body has a field twice');
  const accountId = fields.get('accountid');
  const total = TOTALS.map((name) => Number(fields.get(name))).find((n) => n > updates.length);
  const hasMore = fields.get('hasmore');
  return {
    kind: 'answer',
    accountId: ['string', 'number'].includes(typeof accountId) ? String(accountId) || null : null,
    updates,
    cutBy:
      hasMore === true || hasMore === 'true' ? 'hasMore' : total === undefined ? null : 'total',
  };
}

function broken(problem: string): BrokenAnswer {
  return { kind: 'broken', problem };
}
