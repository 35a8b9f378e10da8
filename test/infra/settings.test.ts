import { readFileSync } from 'node:fs';
import { lakeSettings, propsOfContext } from '../../infra/settings.ts';
import { SettingsError } from '../../shared/errors.ts';

const account = { id: 'acct-1', host: 'smartassist.kore.ai' };

const deploymentSettings = (context: Record<string, unknown>) =>
  lakeSettings(propsOfContext(context));

const refusalOf = (context: Record<string, unknown>): string => {
  try {
    deploymentSettings({ accounts: [account], ...context });
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  return 'accepted';
};

describe('the settings of a deployment', () => {
  it('need an account’s id and host, and nothing else', () => {
    expect(deploymentSettings({ accounts: [account] })).toEqual({
      name: 'agent-activity-lake',
      accounts: [
        {
          ...{ ...account, sourceTimeZone: 'UTC', reportTimeZone: 'UTC', longestStay: '12h' },
          ...{ activityGroups: [], schedule: 5, memoryMegabytes: 512, enabled: true },
        },
      ],
      earliestDate: '2024-01-01',
      lookback: '1h',
      settleDelay: '90s',
      maxWindow: '6h',
      reconcileDays: 3,
      requestsPerMinute: 30,
      landingRetention: 400,
      noncurrentRetention: 30,
      encryption: 's3',
      erasure: false,
      nightlyReport: 'off',
      athenaScanLimitGigabytes: 10,
      auditTrail: false,
      removalPolicy: 'retain',
    });
  });

  it('take the accounts that the documentation shows', () => {
    const page = readFileSync('docs/deploy.md', 'utf8').replaceAll('63fb…', '63fb');
    const shown = [...page.matchAll(/```json\s+(\[[^`]+)```/g)].map(([, text]) =>
      JSON.parse(text ?? ''),
    );
    expect(shown).toHaveLength(3);
    for (const accounts of shown) expect(() => deploymentSettings({ accounts })).not.toThrow();
    const [group] = deploymentSettings({ accounts: shown[1] }).accounts[0]?.activityGroups ?? [];
    expect(group).toEqual({ activity: 'Coaching', group: 'other_work' });
  });

  it('may come from -c, where everything is text', () => {
    const given = deploymentSettings({
      accounts: JSON.stringify([{ ...account, schedule: '1h', enabled: false }]),
      requestsPerMinute: '12',
      lookback: '2h',
      earliestDate: '2025-06-01',
    });
    expect(given).toMatchObject({
      accounts: [{ id: 'acct-1', schedule: 60, enabled: false }],
      requestsPerMinute: 12,
      lookback: '2h',
      earliestDate: '2025-06-01',
    });
  });

  it('stand beside what the CDK keeps in the same place', () => {
    const ofCdk = {
      '@aws-cdk/aws-iam:minimizePolicies': true,
      'aws:cdk:enable-path-metadata': true,
      'availability-zones:account=1:region=eu-west-1': ['a'],
      'cli-telemetry': false,
    };
    expect(refusalOf(ofCdk)).toBe('accepted');
  });

  it.each<[string, Record<string, unknown>, string, string, RegExp]>([
    ['a misspelt setting', { lookbak: '2h' }, 'lookbak', '"2h"', /name, accounts, .*lookback/],
    ['one with hyphens', { 'max-window': '6h' }, 'max-window', '"6h"', /maxWindow/],
    ['no account', { accounts: [] }, 'accounts', '[]', /at least one account/],
    ['accounts that are no list', { accounts: 'acct-1' }, 'accounts', '"acct-1"', /a list such as/],
    [
      'an account without a host',
      { accounts: [{ id: 'a' }] },
      'accounts.0.host',
      'missing',
      /id, host/,
    ],
    [
      'a misspelt field',
      { accounts: [{ ...account, Host: 'x' }] },
      'accounts.0.Host',
      '"x"',
      /id, host/,
    ],
    [
      'an id unfit for a key',
      { accounts: [{ ...account, id: 'a/b' }] },
      'accounts.0.id',
      '"a/b"',
      /letters/,
    ],
    [
      'an id that is a number',
      { accounts: [{ ...account, id: 7 }] },
      'accounts.0.id',
      '7',
      /quotation/,
    ],
    [
      'an example not filled in',
      { accounts: [{ ...account, id: 'your-account-id' }] },
      'accounts.0.id',
      '"your-account-id"',
      /id in Kore\.ai, which this is not/,
    ],
    [
      'an id that is too long with the name',
      { accounts: [{ ...account, id: 'a'.repeat(45) }] },
      'name',
      '"agent-activity-lake"',
      /a{45} .* at most 64 characters/,
    ],
    [
      'an id twice',
      { accounts: [account, account] },
      'accounts.1.id',
      '"acct-1"',
      /no other account/,
    ],
    [
      'plain http',
      { accounts: [{ ...account, host: 'http://x.example' }] },
      'accounts.0.host',
      '"http://x.example"',
      /https/,
    ],
    [
      'no such zone',
      { accounts: [{ ...account, sourceTimeZone: 'CET/x' }] },
      'accounts.0.sourceTimeZone',
      '"CET/x"',
      /IANA/,
    ],
    [
      'no such report zone',
      { accounts: [{ ...account, reportTimeZone: '+05:30' }] },
      'accounts.0.reportTimeZone',
      '"+05:30"',
      /IANA/,
    ],
    [
      'a stay longer than a day',
      { accounts: [{ ...account, longestStay: '25h' }] },
      'accounts.0.longestStay',
      '"25h"',
      /from 1h to 24h/,
    ],
    [
      'no such group',
      { accounts: [{ ...account, activityGroups: [{ activity: 'Tea', group: 'pause' }] }] },
      'accounts.0.activityGroups.0.group',
      '"pause"',
      /available, busy, after_call, break/,
    ],
    [
      'a status in two groups',
      {
        accounts: [
          {
            ...account,
            activityGroups: [
              { activity: 'Tea', group: 'break' },
              { activity: 'Tea', reasonCode: '1', group: 'break' },
              { activity: 'TEA', group: 'busy' },
            ],
          },
        ],
      },
      'accounts.0.activityGroups.2.activity',
      '"TEA"',
      /no other entry/,
    ],
    [
      'a label of nothing',
      {
        accounts: [
          { ...account, activityGroups: [{ activity: 'Tea', group: 'break', label: 'Tea' }] },
        ],
      },
      'accounts.0.activityGroups.0',
      '{"activity":"Tea","group":"break","label":"Tea"}',
      /has a reasonCode/,
    ],
    [
      'a secret’s ARN',
      { accounts: [{ ...account, secret: 'arn:aws:secretsmanager:eu-west-1:1:secret:x' }] },
      'accounts.0.secret',
      '"arn:aws:secretsmanager:eu-west-1:1:secret:x"',
      /the name of a secret/,
    ],
    [
      'a network without subnets',
      { vpc: { subnets: [], securityGroups: ['sg-0a1b2c3d'] } },
      'vpc.subnets',
      '[]',
      /at least one subnet/,
    ],
    [
      'a network by name',
      { vpc: { subnets: ['private-a'], securityGroups: ['sg-0a1b2c3d'] } },
      'vpc.subnets.0',
      '"private-a"',
      /subnet-0123/,
    ],
    [
      'seconds in a schedule',
      { accounts: [{ ...account, schedule: '90s' }] },
      'accounts.0.schedule',
      '"90s"',
      /1m to 1d/,
    ],
    [
      'a schedule of two days',
      { accounts: [{ ...account, schedule: '2d' }] },
      'accounts.0.schedule',
      '"2d"',
      /1m to 1d/,
    ],
    [
      'less memory than a run takes',
      { accounts: [{ ...account, memoryMegabytes: 128 }] },
      'accounts.0.memoryMegabytes',
      '128',
      /256 to 10240/,
    ],
    [
      'more memory than Lambda has',
      { accounts: [{ ...account, memoryMegabytes: 10_241 }] },
      'accounts.0.memoryMegabytes',
      '10241',
      /256 to 10240/,
    ],
    [
      'memory with its unit',
      { accounts: [{ ...account, memoryMegabytes: '1 GB' }] },
      'accounts.0.memoryMegabytes',
      '"1 GB"',
      /256 to 10240/,
    ],
    [
      'enabled as text',
      { accounts: [{ ...account, enabled: 'no' }] },
      'accounts.0.enabled',
      '"no"',
      /true or false/,
    ],
    [
      'a start that is no date',
      { accounts: [{ ...account, start: 'May' }] },
      'accounts.0.start',
      '"May"',
      /ISO 8601/,
    ],
    [
      'a day that does not exist',
      { earliestDate: '2026-13-01' },
      'earliestDate',
      '"2026-13-01"',
      /exists/,
    ],
    ['a duration without a unit', { lookback: 90 }, 'lookback', '90', /such as 90s/],
    ['one that is too long', { maxWindow: '2d' }, 'maxWindow', '"2d"', /from 1s to 1d/],
    ['half a request', { requestsPerMinute: 0.5 }, 'requestsPerMinute', '0.5', /whole number/],
    [
      'responses that outlive their rows',
      { keepRows: '90d' },
      'landingRetention',
      '"400d"',
      /at most keepRows, which is 90d/,
    ],
    ['hours of retention', { landingRetention: '36h' }, 'landingRetention', '"36h"', /days/],
    [
      'no retention at all',
      { noncurrentRetention: '0d' },
      'noncurrentRetention',
      '"0d"',
      /from 1d/,
    ],
    [
      'a lock without a period',
      { objectLock: { mode: 'governance' } },
      'objectLock.period',
      'missing',
      /an object such as/,
    ],
    [
      'a lock of another kind',
      { objectLock: { mode: 'legal', period: '30d' } },
      'objectLock.mode',
      '"legal"',
      /"compliance"/,
    ],
    [
      'a lock beyond what is kept',
      { objectLock: { mode: 'governance', period: '401d' } },
      'objectLock',
      '{"mode":"governance","period":401}',
      /at most landingRetention, 400d/,
    ],
    [
      'a lock of what may be destroyed',
      { objectLock: { mode: 'compliance', period: '30d' }, removalPolicy: 'destroy' },
      'objectLock',
      '{"mode":"compliance","period":30}',
      /none with the removalPolicy "destroy"/,
    ],
    ['unknown encryption', { encryption: 'aes' }, 'encryption', '"aes"', /"s3" or "kms"/],
    ['no address', { alarmEmail: 'me' }, 'alarmEmail', '"me"', /e-mail/],
    [
      'a limit of nothing',
      { athenaScanLimitGigabytes: 0 },
      'athenaScanLimitGigabytes',
      '0',
      /from 1/,
    ],
    ['a trail as text', { auditTrail: 'on' }, 'auditTrail', '"on"', /true or false/],
    ['an unknown policy', { removalPolicy: 'keep' }, 'removalPolicy', '"keep"', /"retain"/],
    ['a name with capitals', { name: 'Lake' }, 'name', '"Lake"', /lower-case/],
  ])('are refused by field, value and what is allowed: %s', (_, context, field, value, allowed) => {
    const message = refusalOf(context);
    expect(message).toContain(`: ${field} is ${value}, which is not allowed: `);
    expect(message).toMatch(allowed);
  });
});
