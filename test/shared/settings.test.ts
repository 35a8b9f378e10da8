import * as v from 'valibot';
import { SettingsError } from '../../shared/errors.ts';
import {
  accountSettingEntries,
  accountSettingsSchema,
  parseSettings,
} from '../../shared/settings.ts';

const least = {
  accountId: '63fb9a0f90425b644d3ec070',
  host: 'smartassist.kore.ai',
  bucket: 'b',
  checkpointTable: 't',
  credentialsSecret: 's',
};
const parse = (more: object = {}) =>
  parseSettings(accountSettingsSchema, { ...least, ...more }, 'test');

describe('account settings', () => {
  it('need an account and a host, and have the documented defaults', () => {
    expect(parse()).toMatchObject({
      host: 'https://smartassist.kore.ai',
      sourceTimeZone: 'UTC',
      reportTimeZone: 'UTC',
      longestStayMs: 43_200_000,
      lookbackMs: 3_600_000,
      settleDelayMs: 90_000,
      maxWindowMs: 21_600_000,
      requestsPerMinute: 30,
      earliestDateMs: Date.parse('2024-01-01T00:00:00Z'),
    });
  });

  it.each([
    ['start', '2026-01-31', '2026-01-31T00:00:00Z'],
    ['start', '2026-01-31T08:00:00+05:30', '2026-01-31T02:30:00Z'],
    ['earliestDate', '2024-02-29', '2024-02-29T00:00:00Z'],
  ])('read %s %s', (field, text, iso) => {
    expect(parse({ [field]: text })).toMatchObject({ [`${field}Ms`]: Date.parse(iso) });
  });

  it('say their unit once they were read', () => {
    const written = { ...least, start: '2026-01-31', keepRows: '400d' };
    for (const [name, schema] of Object.entries(accountSettingEntries)) {
      const text = (written as Record<string, unknown>)[name] ?? v.getDefault(schema);
      const isTime = typeof text === 'string' && typeof v.parse(schema, text) === 'number';
      expect(Object.keys(parse(written)).includes(`${name}Ms`)).toBe(isTime);
    }
  });

  it.each([
    ['accountId', 'a/b'],
    ['accountId', '../x'],
    ['accountId', ''],
    ['host', 'http://smartassist.kore.ai'],
    ['host', 'https://user:password@smartassist.kore.ai'],
    ['host', 'ftp://smartassist.kore.ai'],
    ['host', 'http://127.0.0.1.example.com'],
    ['sourceTimeZone', 'Mars/Olympus'],
    ['sourceTimeZone', '+05:30'],
    ['start', '2026-02-30'],
    ['start', '2026-02-30T00:00:00Z'],
    ['start', '2026-01-31T25:00:00Z'],
    ['start', '2026-01-31T08:00:00'],
    ['start', 'yesterday'],
    ['reportTimeZone', 'Nepal/Everest'],
    ['longestStay', '59m'],
    ['longestStay', '2d'],
    ['lookback', '1'],
    ['lookback', '-1h'],
    ['lookback', '30d'],
    ['maxWindow', '0s'],
    ['requestsPerMinute', 0],
    ['requestsPerMinute', 1.5],
    ['requestsPerMinute', '30'],
    ['streamId', 'st 1'],
    ['requestTimeout', '5m'],
    ['lookbak', '1h'],
  ])('refuse %s %p, naming it', (field, value) => {
    expect(() => parse({ [field]: value })).toThrow(SettingsError);
    expect(() => parse({ [field]: value })).toThrow(new RegExp(field));
  });

  it.each([
    ['smartassist.kore.ai:8443', 'https://smartassist.kore.ai:8443'],
    ['smartassist.kore.ai/', 'https://smartassist.kore.ai'],
    ['127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['localhost:8080', 'http://localhost:8080'],
    ['[::1]:8080', 'http://[::1]:8080'],
    ['localhost', 'https://localhost'],
  ])('take the host %s without a scheme for %s', (text, host) => {
    expect(parse({ host: text }).host).toBe(host);
  });

  it.each(['http://127.0.0.1:8080', 'http://localhost:8080', 'http://[::1]:8080'])(
    'take plain http for loopback alone: %s',
    (host) => {
      expect(parse({ host }).host).toBe(host);
    },
  );
});
