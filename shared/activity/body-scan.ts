import { COLON, COMMA, JsonBytes, LIST, OBJECT, QUOTE } from './json-bytes.ts';
import { textIn } from './raw-codes.ts';
import type { ScannedUpdates } from './scanned-updates.ts';
import { UpdateScan } from './update-scan.ts';

interface ScannedBody {
  /** The text of the body with an empty list in the place of the updates. */
  readonly envelope: string;
  readonly updates: ScannedUpdates;
}

/**
 * Reads the updates of an answer into columns, in one pass over its bytes, without an object or a string for each:
 * `JSON.parse` alone takes twice as long. What an update means is said by `parse.ts`. Here only those are read that
 * say the known fields, each once, in texts and numbers that mean what their bytes are, and other fields side by
 * side; every other one is left to it. All that is passed over is JSON, or nothing is read.
 *
 * @param bytes UTF-8
 * @returns `null` when it is no JSON as far as it is looked at, or has no list of updates
 */
export function scanBody(bytes: Uint8Array): ScannedBody | null {
  const json = new JsonBytes(bytes);
  const from = listUnder(json, 'agentupdates');
  if (from < 0) return null;
  const scan = new UpdateScan(json);
  const to = scan.list(from);
  if (to < 0) return null;
  const envelope = `${textIn(bytes, 0, from)}[]${textIn(bytes, to, bytes.length)}`;
  return { envelope, updates: scan.updates() };
}

/** Where the list begins that an object has under a name, in whatever casing; -1 when it has none. */
function listUnder(json: JsonBytes, name: string): number {
  const { bytes } = json;
  let at = json.afterSpace(0);
  if (bytes[at] !== OBJECT) return -1;
  do {
    at = json.afterSpace(at + 1);
    if (bytes[at] !== QUOTE) return -1;
    const end = json.endOf(at);
    const isNamed = textIn(bytes, at + 1, end - 1).toLowerCase() === name;
    at = json.afterSpace(end);
    if (bytes[at] !== COLON) return -1;
    at = json.afterSpace(at + 1);
    if (isNamed && bytes[at] === LIST) return at;
    at = json.afterSpace(json.endOf(at));
  } while (bytes[at] === COMMA);
  return -1;
}
