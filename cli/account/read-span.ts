import type { Span } from '../../shared/activity/spans.ts';
import { coverageOf, holesIn } from '../../shared/checkpoint/coverage.ts';
import { readStores } from '../places/read-stores.ts';
import { typedCommand } from '../terminal/typed-command.ts';
import { plural, span } from '../terminal/wording.ts';
import { type LakeAccount, storedCheckpoint } from './account.ts';

/** How far an account was read, as its checkpoint alone says. */
export interface ReadSpan {
  /** Where its history begins, epoch milliseconds; `null` when nothing was read. */
  readonly fromMs: number | null;
  /** What between that and the watermark was not read. */
  readonly holes: readonly Span[];
}

export async function readSpan(
  account: Pick<LakeAccount, 'place' | 'settings'>,
): Promise<ReadSpan> {
  const state = await storedCheckpoint(account);
  if (state === null) return { fromMs: null, holes: [] };
  const { place, settings } = account;
  const backfills = await readStores(place, settings.accountId, (stores) => stores.backfills.all());
  const covered = coverageOf(state, backfills);
  const fromMs = Math.min(state.startMs, ...backfills.map((backfill) => backfill.fromMs));
  return { fromMs, holes: holesIn(covered, state, backfills) };
}

/** `2 gaps, 3 h 5 m together`, and what lists them. */
export function gapWords(holes: readonly Span[]): string {
  const ms = holes.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  return `${plural(holes.length, 'gap')}, ${span(ms)} together: \`${typedCommand('gaps')}\` lists them`;
}
