import fc from 'fast-check';
import {
  type StateDocument,
  stateIn,
  stateText,
} from '../../../shared/checkpoint/state-document.ts';
import { SettingsError } from '../../../shared/errors.ts';
import { afterAllMs, states } from './states.ts';

const HOUR = 3_600_000;
const startMs = Date.parse('2025-03-01T00:00:00Z');
const around = { accountId: 'acc-1', exportedAtMs: afterAllMs, exportedFrom: './lake' };
const document: StateDocument = {
  ...around,
  checkpoint: {
    ...{ startMs, watermarkMs: startMs + 48 * HOUR, keptFromMs: startMs },
    ...{ sourceTimeZone: 'UTC', erased: new Set(['a'.repeat(64)]) },
    skipped: [{ fromMs: startMs + HOUR, toMs: startMs + 2 * HOUR }],
    facts: { windowMs: null, rowCap: null, mostRows: 7, listed: null, pinnedAccountId: 'acc-1' },
  },
  backfills: [
    {
      ...{ name: 'old', fromMs: startMs - HOUR, toMs: startMs, positionMs: startMs },
      ...{ status: 'done', addedAtMs: startMs, by: 'ann' },
    },
  ],
};

it('comes back from its text as it was, whatever the state', () => {
  fc.assert(
    fc.property(states, (state) => {
      const given = { ...around, ...state };
      expect(stateIn(stateText(given), 'state.json')).toEqual(given);
    }),
  );
});

/** The document with one thing changed, by the way to it. */
function changed(path: string, value: unknown): string {
  const json = JSON.parse(stateText(document));
  const steps = path.split('.');
  const last = steps.pop() ?? '';
  const at = steps.reduce((object, step) => object[step], json);
  if (value === undefined) delete at[last];
  else at[last] = value;
  return JSON.stringify(json);
}

it.each([
  ['format', 'agent-activity-state/2', 'no other format is known'],
  ['account_id', '../other', 'letters, digits'],
  ['checkpoint.watermark', '2025-02-30T00:00:00Z', 'a date that exists'],
  ['checkpoint.watermark', '2025-02-01T00:00:00Z', 'not before the start'],
  ['checkpoint.start', undefined, 'what `state export` writes'],
  ['checkpoint.extra', 1, 'what `state export` writes'],
  ['checkpoint.source_time_zone', 'Mars/Base', 'an IANA time zone'],
  ['checkpoint.kept_from', '2025-03-01T08:00:00Z', 'a UTC day'],
  ['checkpoint.kept_from', '2026-03-01T00:00:00Z', 'not after exported_at'],
  ['checkpoint.erased.0', 'a-1', 'a SHA-256'],
  ['checkpoint.skipped.0.to', '2025-03-01T00:30:00Z', 'after from'],
  ['checkpoint.window_ms', 20, 'a second or more'],
  ['backfills.0.name', 'run#1', 'letters, digits'],
  ['backfills.0.status', 'running', 'active, done or cancelled'],
  ['backfills.0.position', '2025-02-28T23:30:00Z', 'it is done'],
  ['backfills.0.position', '2025-03-02T00:00:00Z', 'between from and to'],
])('names a wrong %s (%s) and what is allowed', (path, value, allowed) => {
  const read = () => stateIn(changed(path, value), 'state.json');
  expect(read).toThrow(SettingsError);
  expect(read).toThrow(`state.json: ${path} is`);
  expect(read).toThrow(allowed);
});

it('names two backfills of one name, and what is no JSON', () => {
  const { backfills } = JSON.parse(stateText(document));
  const twice = changed('backfills', [backfills[0], backfills[0]]);
  expect(() => stateIn(twice, 'state.json')).toThrow('backfills.1.name is "old"');
  expect(() => stateIn('{"format":', 'state.json')).toThrow('state.json is no JSON');
});
