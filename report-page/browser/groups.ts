import { GROUPS, type Group } from '../../shared/activity/activity-groups.ts';
import { drawing } from './element.ts';

export { GROUPS, type Group };

/** How a group looks, beside its colour, which the style sheet has as `--group-…`. */
interface Look {
  readonly name: string;
  /** Two letters at most, for bands that are wide enough. */
  readonly code: string;
  /** What is drawn over the colour, for who can't tell colours apart: a path in a tile of 8 × 8. */
  readonly pattern: string | null;
}

export const LOOKS: Readonly<Record<Group, Look>> = {
  available: { name: 'Available', code: 'A', pattern: null },
  busy: { name: 'Busy', code: 'B', pattern: 'M-2,2L2,-2M0,8L8,0M6,10L10,6' },
  after_call: { name: 'After call', code: 'C', pattern: 'M2,2h1M6,6h1' },
  break: { name: 'Break', code: 'Br', pattern: 'M0,2h8M0,6h8' },
  other_work: { name: 'Other work', code: 'W', pattern: 'M-2,6L2,10M0,0L8,8M6,-2L10,2' },
  system: { name: 'System', code: 'S', pattern: 'M2,0v8M6,0v8' },
  other: { name: 'No group', code: '?', pattern: 'M0,0L8,8M8,0L0,8' },
  offline: { name: 'Offline', code: '', pattern: null },
};

/** In the order in which they are stacked and listed; offline is no part of what is staffed. */
export const STAFFED: readonly Group[] = GROUPS.filter((group) => group !== 'offline');

export const TILE = 8;

/** Of what is not known, in such a tile. */
export const HATCH = 'M-2,2L2,-2M0,8L8,0M6,10L10,6';

/** Patterns for all drawings of the page: `fill="url(#group-busy)"`. */
export function groupPatterns(): SVGSVGElement {
  const tile = { width: TILE, height: TILE, patternUnits: 'userSpaceOnUse' };
  const patterns = GROUPS.map((group) =>
    drawing(
      'pattern',
      { id: `group-${group}`, ...tile },
      drawing('rect', { width: TILE, height: TILE, class: `fill-${group}` }),
      LOOKS[group].pattern !== null &&
        drawing('path', { d: LOOKS[group].pattern, class: 'pattern' }),
    ),
  );
  const unknown = drawing(
    'pattern',
    { id: 'unknown', ...tile },
    drawing('path', { d: HATCH, class: 'unknown-line' }),
  );
  return drawing(
    'svg',
    { width: 0, height: 0, class: 'patterns', 'aria-hidden': 'true' },
    drawing('defs', {}, ...patterns, unknown),
  );
}

/** A small sample of a group, beside its name. */
export function swatch(group: Group): SVGSVGElement {
  return drawing(
    'svg',
    { class: 'swatch', viewBox: '0 0 16 16', 'aria-hidden': 'true' },
    drawing('rect', { width: 16, height: 16, rx: 3, fill: `url(#group-${group})` }),
  );
}
