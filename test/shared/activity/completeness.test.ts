import { type CompletenessRow, judged } from '../../../shared/activity/completeness.ts';

const HOUR = 3_600_000;
const day_start = Date.parse('2026-03-01');
const found = {
  ...{ day_start, checked_at: day_start + 48 * HOUR, run_id: 'run' },
  ...{ listed: 1, stored_before: 1, added: 0, withdrawn: 0, rejected: 0, suspect_windows: 0 },
  empty_acknowledged_at: null,
};

describe('a check of a day', () => {
  it.each<[string, 'proves' | 'does not prove', Partial<CompletenessRow>]>([
    ['made a day after its end', 'proves', {}],
    ['made sooner', 'does not prove', { checked_at: found.checked_at - 1 }],
    ['made later', 'proves', { checked_at: found.checked_at + 1 }],
    ['that found what was missing', 'does not prove', { added: 1 }],
    ['that accepted what looks like a limit', 'does not prove', { suspect_windows: 1 }],
    ['that missed one, and rejected one', 'proves', { withdrawn: 1, rejected: 1 }],
    ['that listed nothing', 'does not prove', { listed: 0 }],
    ['of what a person called empty', 'proves', { listed: 0, empty_acknowledged_at: 0 }],
    [
      'of what was called empty and is not',
      'does not prove',
      { added: 1, empty_acknowledged_at: 0 },
    ],
  ])('%s %s it complete', (_what, verdict, more) => {
    const confirmed = verdict === 'proves';
    const check = { ...found, ...more };
    const confirmed_since = confirmed ? check.checked_at : null;
    expect(judged(check, undefined)).toEqual({ ...check, confirmed, confirmed_since });
  });

  it('leaves a day confirmed since it first was, until one does not confirm it', () => {
    const first = judged(found, undefined);
    const second = judged({ ...found, checked_at: found.checked_at + HOUR }, first);
    expect(second.confirmed_since).toBe(found.checked_at);
    const third = judged({ ...found, added: 1 }, second);
    expect(third).toMatchObject({ confirmed: false, confirmed_since: null });
    const fourth = judged({ ...found, checked_at: found.checked_at + 2 * HOUR }, third);
    expect(fourth.confirmed_since).toBe(found.checked_at + 2 * HOUR);
  });
});
