import { EvidenceError } from '../errors.ts';
import { type IsAgent, mentions, withoutMentions } from './agent-mentions.ts';
import { readAnswer } from './answer.ts';
import { decoderOf, type ResponseFacts } from './answer-text.ts';
import { textOf } from './fields.ts';
import { fieldsIn } from './parse.ts';
import {
  type ElementSpan,
  elementOf,
  elementSpansUnder,
  type SourceElement,
  type SourceMember,
} from './source-text.ts';

/** A response that no longer names some agents. */
interface AnswerWithout {
  readonly body: Uint8Array;
  readonly charset: string | null;
  /** How many updates are gone. */
  readonly removed: number;
}

/**
 * A response without the updates of agents, and without what others say of them. All else stays byte for
 * byte: order, spaces, what is damaged. Another charset than UTF-8 becomes UTF-8.
 *
 * @returns `null` when there is nothing to take
 * @throws EvidenceError when it can't be told apart
 */
export function answerWithout(
  received: Uint8Array,
  facts: ResponseFacts,
  isAgent: IsAgent,
): AnswerWithout | null {
  const decoder = decoderOf(received, facts.charset);
  const [body, charset] =
    decoder === null
      ? [received, facts.charset]
      : [Buffer.from(new TextDecoder(decoder.encoding).decode(received)), null];
  if (!mentions(Buffer.from(body).toString(), isAgent)) return null;
  const answer = readAnswer(body, { ...facts, charset });
  // A character for each byte: what is no ASCII, or no text at all, is passed over as it is.
  const bytes = Buffer.from(body).toString('latin1');
  if (answer.kind !== 'answer')
    return { body: bytesOf(blanked(bytes, isAgent)), charset, removed: 0 };
  const start = bytes.indexOf('{');
  const spans = elementSpansUnder(bytes.slice(start), 'agentupdates');
  if (spans.length !== answer.updates.length) {
    throw new EvidenceError(
      `A response names an agent who is to be erased, and of its ${answer.updates.length} updates ${spans.length} can be told apart.`,
      'Nothing of it was changed. Look at it, and remove it by hand.',
    );
  }
  const kept: string[] = [];
  let endOfLast = start + (spans[0]?.[0] ?? 0);
  const head = bytes.slice(0, endOfLast);
  for (const [index, update] of [...answer.updates].entries()) {
    const [from, to] = (spans[index] as ElementSpan).map((at) => start + at) as [number, number];
    const text = elementWithout(update, bytes.slice(from, to), isAgent);
    // What stands between it and the one before goes with it.
    if (text !== null) kept.push(kept.length === 0 ? text : bytes.slice(endOfLast, from) + text);
    endOfLast = to;
  }
  const parts = [blanked(head, isAgent), ...kept, blanked(bytes.slice(endOfLast), isAgent)];
  const left = bytesOf(parts.join(''));
  // Named where it is no agent.
  if (left.equals(received)) return null;
  return { body: left, charset, removed: spans.length - kept.length };
}

/**
 * The text of a rejected update without agents.
 *
 * @returns `null` when nothing of it can stay
 */
export function updateWithout(raw: string, isAgent: IsAgent): string | null {
  if (!mentions(raw, isAgent)) return raw;
  let update: SourceElement;
  try {
    update = elementOf(raw);
  } catch {
    return null;
  }
  const text = elementWithout(update, bytesToText(raw), isAgent);
  return text === null ? null : bytesOf(text).toString();
}

/** @param bytes of the update, a character for each */
function elementWithout(update: SourceElement, bytes: string, isAgent: IsAgent): string | null {
  if (!mentions(bytesOf(bytes).toString(), isAgent)) return bytes;
  const fields = fieldsIn(update);
  // Whose it is nobody can tell.
  if (typeof fields === 'string') return null;
  const agentId = textOf(fields.known.get('agentid'));
  if (typeof agentId !== 'string' || isAgent(agentId)) return null;
  const unknown = fields.unknown.map(memberText);
  // Named where the API has a status, a reason or a time: that is no agent.
  if (!unknown.some((text) => mentions(text, isAgent))) return bytes;
  const known = [...fields.known.values()].map(memberText);
  const left = unknown.map((text) => withoutMentions(text, isAgent));
  return bytesToText(`{${[...known, ...left].join(',')}}`);
}

function memberText({ name, value, text }: SourceMember): string {
  return `${JSON.stringify(name)}:${text ?? JSON.stringify(value)}`;
}

/** What stands around the updates. */
function blanked(bytes: string, isAgent: IsAgent): string {
  const text = bytesOf(bytes).toString();
  return mentions(text, isAgent) ? bytesToText(withoutMentions(text, isAgent)) : bytes;
}

const bytesOf = (bytes: string) => Buffer.from(bytes, 'latin1');

const bytesToText = (text: string) => Buffer.from(text).toString('latin1');
