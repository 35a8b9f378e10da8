import fc from 'fast-check';
import { writtenTime } from '../../../shared/activity/event-time.ts';
import { instantsOf } from '../../../shared/activity/settled-time.ts';
import { sourceZone } from '../../../shared/activity/source-zone.ts';

const utc = sourceZone('UTC');
const newYork = sourceZone('America/New_York');
const at = (iso: string) => Date.parse(iso);
const instants = (text: string, zone = utc) => {
  const time = writtenTime(text);
  return typeof time === 'string' ? time : instantsOf(time, zone);
};

describe('writtenTime', () => {
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
    ['2026-01-02T03:04:05+02', '2026-01-02T01:04:05Z'],
    ['2026-01-02T03:04:05', '2026-01-02T03:04:05Z'],
    ['2026-01-02 03:04:05.25', '2026-01-02T03:04:05Z'],
    ['10/20/2020 2:13:12 PM', '2020-10-20T14:13:12Z'],
    ['10/20/2020 2:13:12am', '2020-10-20T02:13:12Z'],
    ['10/20/2020, 2:13:12\u202fp.m.', '2020-10-20T14:13:12Z'],
    ['10/20/2020 12:00:00 AM', '2020-10-20T00:00:00Z'],
    ['10/20/2020 12:00:00 PM', '2020-10-20T12:00:00Z'],
    ['10/20/2020 0:30:00 AM', '2020-10-20T00:30:00Z'],
    ['10/20/2020 14:13:12 PM', '2020-10-20T14:13:12Z'],
    ['2020-10-20 02:13:12 PM', '2020-10-20T14:13:12Z'],
  ])('reads %s', (text, iso) => {
    expect(instants(text)).toEqual([at(iso)]);
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
    expect(instants(text)).toBe('does_not_exist');
  });

  it.each([
    '',
    'yesterday',
    '1603159992000',
    '10/20/20 2:13:12',
    '10/20/2020',
    '10/20/2020 2:13',
    '10/20/2020 2:13 PM',
    '10/20/2020 13:13:12 AM',
    '10/20/2020 0:13:12 PM',
    '10/20/2020 2:13:12 XM',
    '2026-01-02',
    '20.10.2020 02:13:12',
  ])('does not guess at %p', (text) => {
    expect(instants(text)).toBe('not_understood');
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
          const shown = shownIn(name, ms);
          expect(instants(shown, sourceZone(name))).toContain(ms);
          const [, month, day, year, clock] = /(\d+)\/(\d+)\/(\d+) (.*)/.exec(shown) ?? [];
          const padded = [year, month?.padStart(2, '0'), day?.padStart(2, '0')].join('-');
          const iso = `${padded}T${clock?.padStart(8, '0')}`;
          expect(instants(iso, sourceZone(name))).toEqual(instants(shown, sourceZone(name)));
          // As JavaScript writes it for Americans, with the narrow space of newer versions.
          const american = new Date(ms).toLocaleString('en-US', { timeZone: name });
          expect(instants(american, sourceZone(name))).toContain(ms);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('knows no instant of a local time that clocks skip', () => {
    expect(instants('3/8/2026 2:30:00', newYork)).toEqual([]);
    expect(instants('3/8/2026 3:00:00', newYork)).toEqual([at('2026-03-08T07:00:00Z')]);
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
