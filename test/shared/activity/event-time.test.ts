import fc from 'fast-check';
import { readEventTime } from '../../../shared/activity/event-time.ts';
import { sourceZone } from '../../../shared/activity/source-zone.ts';

const utc = sourceZone('UTC');
const newYork = sourceZone('America/New_York');
const anyWindow = { fromMs: 0, toMs: 0 };
const at = (iso: string) => Date.parse(iso);
const read = (text: string, zone = utc, window = anyWindow) => readEventTime(text, zone, window);

describe('readEventTime', () => {
  it.each([
    ['10/20/2020 2:13:12', '2020-10-20T02:13:12Z'],
    ['10/20/2020 02:13:12', '2020-10-20T02:13:12Z'],
    ['1/2/2026 23:59:59', '2026-01-02T23:59:59Z'],
    ['01/02/2026  0:00:00', '2026-01-02T00:00:00Z'],
    ['2/29/2024 12:00:00', '2024-02-29T12:00:00Z'],
    ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05Z'],
    ['2026-01-02T03:04:05.999Z', '2026-01-02T03:04:05Z'],
    ['2026-01-02 03:04:05+05:30', '2026-01-01T21:34:05Z'],
    ['2026-01-02T03:04:05-0800', '2026-01-02T11:04:05Z'],
  ])('reads %s', (text, iso) => {
    expect(read(text)).toMatchObject({ kind: 'read', ms: at(iso) });
  });

  it.each([
    '2/30/2026 10:00:00',
    '2/29/2026 10:00:00',
    '13/1/2026 10:00:00',
    '0/1/2026 10:00:00',
    '1/0/2026 10:00:00',
    '1/1/2026 24:00:00',
    '1/1/2026 10:60:00',
    '12/31/2026 23:59:60',
    '1/1/0020 10:00:00',
    '2026-02-30T10:00:00Z',
    '2026-01-01T10:00:00+25:00',
  ])('never rolls %s over to another date', (text) => {
    expect(read(text)).toEqual({ kind: 'does_not_exist' });
  });

  it.each([
    '',
    'yesterday',
    '1603159992000',
    '2026-01-02T03:04:05',
    '10/20/20 2:13:12',
    '10/20/2020',
    '10/20/2020 2:13',
    '10/20/2020 2:13:12 PM',
    '20.10.2020 02:13:12',
  ])('does not guess at %p', (text) => {
    expect(read(text)).toEqual({ kind: 'not_understood' });
  });

  it('reads any second of a zone that both show and hide an hour back to itself', () => {
    const zones = ['America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Apia'];
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({
          min: at('2024-01-01T00:00:00Z') / 1000,
          max: at('2028-01-01T00:00:00Z') / 1000,
        }),
        (name, second) => {
          const ms = second * 1000;
          const window = { fromMs: ms - 5_000, toMs: ms + 5_000 };
          expect(read(shownIn(name, ms), sourceZone(name), window)).toMatchObject({ ms });
        },
      ),
      { numRuns: 400 },
    );
  });

  it('takes the reading of an ambiguous time that is nearest to its window', () => {
    const first = { fromMs: at('2026-11-01T05:20:00Z'), toMs: at('2026-11-01T05:40:00Z') };
    const second = { fromMs: at('2026-11-01T06:20:00Z'), toMs: at('2026-11-01T06:40:00Z') };
    expect(read('11/1/2026 1:30:00', newYork, first)).toMatchObject({
      ms: at('2026-11-01T05:30:00Z'),
    });
    expect(read('11/1/2026 1:30:00', newYork, second)).toMatchObject({
      ms: at('2026-11-01T06:30:00Z'),
    });
  });

  it('rejects a local time that clocks skip', () => {
    expect(read('3/8/2026 2:30:00', newYork)).toEqual({ kind: 'does_not_exist' });
    expect(read('3/8/2026 3:00:00', newYork)).toMatchObject({ ms: at('2026-03-08T07:00:00Z') });
  });
});

/** As the API would write it, made independently of the code under test. */
function shownIn(timeZone: string, ms: number): string {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(ms);
  const part = (type: string) => parts.find((p) => p.type === type)?.value;
  return `${part('month')}/${part('day')}/${part('year')} ${part('hour')}:${part('minute')}:${part('second')}`;
}
