import fc from 'fast-check';
import type { AccountDeployment, DeploymentSettings } from '../../infra/settings.ts';
import {
  type Deployment,
  lakeBucket,
  type Resource,
  resolved,
  resources,
  synthesized,
} from './deployment.ts';
import { statementsOfRoles } from './permissions.ts';
import { isStateful, replacedBy } from './replacement.ts';

type Values<T> = { readonly [S in keyof Required<T>]: readonly unknown[] };

/** What each setting can be. The types ask for those of a setting that is new. */
const values: Values<Omit<DeploymentSettings, 'name' | 'accounts'>> = {
  objectLock: [
    undefined,
    { mode: 'governance', period: '30d' },
    { mode: 'compliance', period: '7d' },
  ],
  removalPolicy: ['retain', 'destroy'],
  encryption: ['s3', 'kms'],
  vpc: [undefined, { subnets: ['subnet-0a1b2c3d'], securityGroups: ['sg-0a1b2c3d'] }],
  auditTrail: [false, true],
  erasure: [false, true],
  nightlyReport: ['off', 'written', 'announced'],
  alarmEmail: [undefined, 'lake@example.com'],
  earliestDate: ['2024-01-01', '2020-01-01'],
  lookback: ['1h', '3h'],
  settleDelay: ['90s', '5m'],
  maxWindow: ['6h', '1h'],
  reconcileDays: [3, 5],
  requestsPerMinute: [30, 10],
  keepRows: [undefined, '900d'],
  landingRetention: ['400d', '800d'],
  noncurrentRetention: ['30d', '90d'],
  athenaScanLimitGigabytes: [10, 50],
};

const accountValues: Values<Omit<AccountDeployment, 'id'>> = {
  host: ['smartassist.kore.ai', 'platform.kore.ai'],
  name: [undefined, 'Named'],
  sourceTimeZone: ['UTC', 'Asia/Kolkata'],
  reportTimeZone: ['UTC', 'America/New_York'],
  longestStay: ['12h', '10h'],
  activityGroups: [[], [{ activity: 'Coaching', group: 'other_work' }]],
  streamId: [undefined, 'st-1'],
  start: [undefined, '2026-01-01T00:00:00Z'],
  secret: [undefined, 'of-another/secret'],
  schedule: ['5m', '2h'],
  memoryMegabytes: [512, 1_024],
  enabled: [true, false],
};

/** The second comes and goes, and comes back with other letters. */
const idsOf = fc.constantFrom(['a', 'b'], ['a'], ['a', 'B']);

const oneOfEach = <T>(of: Values<T>) =>
  fc.record(
    Object.fromEntries(
      Object.entries<readonly unknown[]>(of).map(([name, each]) => [
        name,
        fc.constantFrom(...each),
      ]),
    ),
  );

const anySettings = fc
  .tuple(oneOfEach(values), idsOf, fc.array(oneOfEach(accountValues), { minLength: 2 }))
  .map(([{ objectLock, ...others }, ids, ofAccounts]) => ({
    ...others,
    // Both at once are refused.
    ...(others.removalPolicy === 'retain' && { objectLock }),
    accounts: ids.map((id, at) => ({ id, ...ofAccounts[at] })),
  }));

interface Settled {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly deployment: Deployment;
}

/** Always the same: the seed is one with which each value is met. */
const deployments: readonly Settled[] = fc
  .sample(anySettings, { seed: 2, numRuns: 8 })
  .map((settings) => ({ settings, deployment: synthesized(withoutGaps(settings)) }));

/** What is not set is not there. */
function withoutGaps<T>(settings: T): T {
  return JSON.parse(JSON.stringify(settings));
}

const changes = deployments.flatMap((before) =>
  deployments.filter((after) => after !== before).map((after) => ({ before, after })),
);

/** What neither goes nor is replaced though a template could bring it back: others hold on to it. */
const HELD = ['AWS::Glue::Database', 'AWS::Glue::Table', 'AWS::SNS::Topic', 'AWS::SQS::Queue'];

/** What is there as long as its stack is. */
const isKept = ({ DeletionPolicy, UpdateReplacePolicy }: Resource) =>
  DeletionPolicy === 'RetainExceptOnCreate' && UpdateReplacePolicy === 'Retain';

describe('from any settings to any others', () => {
  it('each value of each setting is met', () => {
    const met = (name: string, all: readonly unknown[], among: readonly object[]) => {
      const seen = among.map((each) => JSON.stringify((each as Record<string, unknown>)[name]));
      expect([name, [...new Set(seen)].sort()]).toEqual([
        name,
        [...new Set(all.map((value) => JSON.stringify(value)))].sort(),
      ]);
    };
    for (const [name, all] of Object.entries(values)) {
      met(
        name,
        all,
        deployments.map(({ settings }) => settings),
      );
    }
    const accounts = deployments.flatMap(({ settings }) => settings.accounts as object[]);
    for (const [name, all] of Object.entries(accountValues)) met(name, all, accounts);
  });

  it('nothing is replaced', () => {
    const replaced = changes.flatMap(({ before, after }) =>
      Object.entries(before.deployment.resources).flatMap(([id, was]) => {
        const is = after.deployment.resources[id];
        if (is === undefined) return [];
        const differs = (property: string) =>
          JSON.stringify(was.Properties?.[property]) !== JSON.stringify(is.Properties?.[property]);
        if (was.Type !== is.Type) return [`${id}: ${was.Type}`];
        return replacedBy(was.Type)
          .filter(differs)
          .map((property) => `${id}: ${property}`);
      }),
    );
    expect([...new Set(replaced)]).toEqual([]);
  });

  it('nothing goes that a template can’t bring back, unless all may', () => {
    const gone = changes
      .filter(({ before }) => before.settings.removalPolicy === 'retain')
      .flatMap(({ before, after }) =>
        Object.entries(before.deployment.resources)
          .filter(([id]) => !(id in after.deployment.resources))
          .filter(([, { Type }]) => isStateful(Type) || HELD.includes(Type))
          // The stack of an account goes, and leaves what this looks at one by one.
          .filter(([, { Type }]) => Type !== 'AWS::CloudFormation::Stack')
          .filter(([, resource]) => !isKept(resource))
          .map(([id]) => id),
      );
    expect([...new Set(gone)]).toEqual([]);
  });

  it('what was written under a former key can be read', () => {
    for (const { deployment } of deployments) {
      const lake = `arn:${lakeBucket(deployment)[0]}`;
      for (const statements of statementsOfRoles(deployment).values()) {
        const reads = statements.some(
          ({ Action, Resource }) =>
            Action.includes('s3:GetObject') && Resource.some((arn) => arn.startsWith(`${lake}/`)),
        );
        const decrypting = statements.filter(
          ({ Action, Resource }) =>
            Action.includes('kms:Decrypt') && Resource.some((arn) => arn.endsWith(':key/*')),
        );
        const contexts = decrypting.map(({ Condition }) => JSON.stringify(Condition));
        expect(
          contexts.some((text) => text.includes(`"kms:EncryptionContext:aws:s3:arn":"${lake}"`)),
        ).toBe(reads);
        for (const text of contexts) expect(text).toContain('"kms:ViaService":"');
      }
    }
  });
});

describe('what stays when the stack goes, but not when its first deployment fails', () => {
  const staying = (resource: Resource, { resources }: Deployment): boolean => {
    if (resource.Type === 'AWS::S3::BucketPolicy') {
      const bucket = resources[resolved<string>(resource.Properties.Bucket)];
      return bucket !== undefined && isKept(bucket);
    }
    return isStateful(resource.Type);
  };
  /** Messages that are on their way, and the key of those. */
  const passing = (id: string, { Type }: Resource) =>
    Type === 'AWS::SQS::Queue' ||
    id.startsWith('AlarmsKey') ||
    Type === 'AWS::CloudFormation::Stack';

  it.each(['retain', 'destroy'])('with "%s"', (removalPolicy) => {
    const settled = deployments.filter(({ settings }) => settings.removalPolicy === removalPolicy);
    expect(settled.length).toBeGreaterThan(1);
    for (const { deployment } of settled) {
      const stay = Object.entries(deployment.resources)
        .filter(([id, each]) => staying(each, deployment) && !passing(id, each))
        .map(([id, each]) => [id, isKept(each)]);
      expect(stay.length).toBeGreaterThan(3);
      expect(stay).toEqual(stay.map(([id]) => [id, removalPolicy === 'retain']));
      const other = Object.values(deployment.resources).filter(
        ({ DeletionPolicy }) => DeletionPolicy === 'Retain',
      );
      expect(other).toEqual([]);
      expect(deployment.stack.terminationProtection).toBe(removalPolicy === 'retain');
      // With it a first deployment that fails could not be taken back.
      for (const [, { Properties }] of resources(deployment, 'AWS::DynamoDB::GlobalTable')) {
        expect(JSON.stringify(Properties)).not.toContain('"DeletionProtectionEnabled":true');
      }
    }
  });
});
