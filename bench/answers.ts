import { closeSync, openSync, writeSync } from 'node:fs';
import { contactCentre } from '../local/simulator/contact-centre.ts';
import { DAY_MS } from '../shared/activity/instant.ts';

/* Responses of one day to read, as files. */

const EVENTS_PER_AGENT = 87;
/** Of so many events the day is made once; more are those again, of other agents. */
const MADE_ONCE = 1_000_000;
const CHUNK = 1_000;
const fromMs = Date.parse('2024-11-20T00:00:00Z');

export const asked = { fromMs, toMs: fromMs + DAY_MS };

/**
 * Writes a response of about so many events, and beside it, as `.list`, the list alone.
 *
 * @returns how many there are
 */
export function writeAnswer(file: string, events: number): number {
  const again = Math.ceil(events / MADE_ONCE);
  const agents = Math.ceil(events / again / EVENTS_PER_AGENT);
  const updates = contactCentre({ seed: 1, agents, ...asked }).events.map(updateOf);
  const [answer, list] = [openSync(file, 'w'), openSync(`${file}.list`, 'w')];
  writeSync(answer, '{"accountId":"bench","AgentUpdates":[');
  writeSync(list, '[');
  for (let at = 0; at < updates.length; at += CHUNK) {
    const texts = updates
      .slice(at, at + CHUNK)
      .flatMap((update) => Array.from({ length: again }, (_, copy) => ofAgent(update, copy)))
      .map((update) => JSON.stringify(update));
    const text = `${at === 0 ? '' : ','}${texts.join()}`;
    writeSync(answer, text);
    writeSync(list, text);
  }
  writeSync(answer, ']}');
  writeSync(list, ']');
  closeSync(answer);
  closeSync(list);
  return updates.length * again;
}

type Update = ReturnType<typeof updateOf>;

const ofAgent = (update: Update, copy: number): Update =>
  copy === 0 ? update : { ...update, AgentId: `b${copy}${update.AgentId.slice(2)}` };

function updateOf({
  agentId,
  eventMs,
  activity,
  reasonCode,
}: ReturnType<typeof contactCentre>['events'][number]) {
  const time = new Date(eventMs);
  const two = (number: number) => String(number).padStart(2, '0');
  const date = `${two(time.getUTCMonth() + 1)}/${two(time.getUTCDate())}/${time.getUTCFullYear()}`;
  const rest = `${two(time.getUTCMinutes())}:${two(time.getUTCSeconds())}`;
  return {
    AgentId: agentId,
    EventTime: `${date} ${time.getUTCHours()}:${rest}`,
    Activity: activity,
    ReasonCode: reasonCode ?? '',
  };
}
