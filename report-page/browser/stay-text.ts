import type { Clocks } from './clocks.ts';
import { LOOKS } from './groups.ts';
import { length } from './numbers.ts';
import { type Agent, type Stay, statusText } from './report.ts';

/** What there is to say of one stay: the same beside the pointer, for the keyboard and for who hears it. */
export function stayLines(
  agent: Agent,
  at: number,
  clocks: Clocks,
  dayMs: number,
): readonly string[] {
  const stay = agent.stays[at] as Stay;
  const fromMs = dayMs + stay.start * 1_000;
  const toMs = fromMs + stay.seconds * 1_000;
  const { name } = LOOKS[stay.status.group];
  const status = statusText(stay.status);
  const carried =
    stay.before > 0 ? ` It began ${clocks.second(fromMs - stay.before * 1_000)}.` : '';
  const when =
    stay.seconds === 0
      ? `${clocks.second(fromMs)}, over within the second.`
      : `${clocks.second(fromMs)}–${clocks.second(toMs)}, ${length(stay.seconds)}.`;
  return [
    `${agent.name}: ${status}${name === status ? '' : `, ${name.toLowerCase()}`}.`,
    `${when}${carried}`,
    endText(agent, at),
  ];
}

/** How a stay ended, in words. */
export function endText({ stays }: Agent, at: number): string {
  const stay = stays[at] as Stay;
  const next = stays[at + 1];
  if (stay.end === 'open') return 'Still going on when last known.';
  if (stay.end === 'day') return 'Goes on after midnight.';
  if (stay.end === 'limit') return 'Then nothing was heard for too long: what came is not known.';
  return next === undefined ? '' : `Followed by ${statusText(next.status)}.`;
}
