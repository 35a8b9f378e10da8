import { S3Client } from '@aws-sdk/client-s3';
import { contactCentre } from '../../../local/simulator/contact-centre.ts';
import { systemClock } from '../../../shared/clock.ts';
import { removeSuperseded } from '../../../shared/jobs/removal.ts';
import { replay } from '../../../shared/jobs/replay.ts';
import { jobs } from '../../../shared/jobs/scheduled.ts';
import type { Pipeline } from '../../../shared/run/lake-run.ts';
import type { Job } from '../../../shared/run/run.ts';
import { FIRST_RUN_MS, startTestLake, type TestLake } from '../../shared/pipeline/test-lake.ts';
import { functionOf, lakeBucket, only, resolved, synthesized } from '../deployment.ts';
import { allows, matches, type Statement, statements, statementsOf } from '../permissions.ts';

const HOUR = 3_600_000;
const accountId = 'account-1';
const deployment = synthesized({ accounts: [{ id: accountId, host: 'smartassist.kore.ai' }] });
const [lakeId] = lakeBucket(deployment);
const [, { Properties }] = only(
  deployment,
  'AWS::S3::BucketPolicy',
  (policy) => resolved(policy.Properties.Bucket) === lakeId,
);
const policy = statements(Properties.PolicyDocument);

/** A request as IAM sees it. */
interface Asked {
  readonly action: string;
  readonly key: string;
  /** The condition keys that it has. */
  readonly has: readonly string[];
}

const isDenied = ({ Effect, Action, Resource, Condition }: Statement, asked: Asked): boolean =>
  Effect === 'Deny' &&
  // All go over TLS.
  Condition?.Bool === undefined &&
  Action.some((pattern) => matches(pattern, asked.action)) &&
  Resource.some((pattern) => matches(pattern, `arn:${lakeId}/${asked.key}`)) &&
  Object.keys(Condition?.Null ?? {}).every((key) => !asked.has.includes(key));

const refusing = (asked: Asked) => policy.filter((statement) => isDenied(statement, asked));

describe('the policy of the lake’s bucket', () => {
  let lake: TestLake;
  const sent = jest.spyOn(S3Client.prototype, 'send');
  beforeAll(async () => {
    lake = await startTestLake();
    sent.mockClear();
  });
  afterAll(async () => {
    sent.mockRestore();
    await lake.stop();
  });

  /** What was sent until now that writes. */
  const written = (): Asked[] =>
    sent.mock.calls.flatMap(([command]) => {
      const name = command.constructor.name.replace(/Command$/, '');
      if (/^(Get|Head|List)/.test(name)) return [];
      const {
        Key = '',
        IfMatch,
        IfNoneMatch,
      } = command.input as Record<string, string | undefined>;
      const has = [IfMatch && 's3:if-match', IfNoneMatch && 's3:if-none-match'];
      return [{ action: `s3:${name}`, key: Key, has: has.filter((key) => key !== undefined) }];
    });

  it('refuses no write of any job, and the function’s role allows each', async () => {
    const startMs = Date.parse('2024-11-18T14:00:00Z');
    const centre = contactCentre({
      seed: 4,
      agents: 3,
      fromMs: startMs,
      toMs: startMs + 12 * HOUR,
    });
    let nowMs = startMs;
    const account = await lake.simulated({
      ...{ ...centre, startMs, nowMs: () => nowMs },
      behaviour: {
        withdrawn: { share: 0.1, afterMs: HOUR },
        late: { share: 0.1, longestMs: 3 * HOUR },
      },
    });
    const run = async (job: Job<Pipeline>, clockMs?: number) => {
      const { record } = await account.run({ nowMs, job, ...(clockMs && { clockMs }) });
      expect([job.name, record.status]).toEqual([job.name, 'succeeded']);
    };
    for (const hours of [6, 12, 36]) {
      nowMs = startMs + hours * HOUR;
      await run(jobs.pull);
    }
    await run(jobs.reconcile, FIRST_RUN_MS + 48 * HOUR);
    await run(jobs.directory);
    await run({ name: 'replay', work: (r) => replay(r, {}) });
    await run({ name: 'removal', work: removeSuperseded }, systemClock.now() + 48 * HOUR);

    const asked = written();
    const kinds = asked.map(({ action, key }) => `${action} ${key.split('/')[0]}`);
    expect([...new Set(kinds)].sort()).toEqual([
      's3:DeleteObject blocks',
      ...[
        'activity',
        'agents',
        'blocks',
        'completeness',
        'landing',
        'runs',
        'stays',
        'withdrawn',
      ].map((folder) => `s3:PutObject ${folder}`),
    ]);
    const granted = statementsOf(deployment, functionOf(deployment, accountId));
    for (const each of asked) {
      expect([
        each,
        refusing(each),
        allows(granted, each.action, `arn:${lakeId}/${each.key}`),
      ]).toEqual([each, [], true]);
    }
    // And would refuse the same without what they say.
    for (const each of asked.filter(({ action }) => action === 's3:PutObject')) {
      expect(refusing({ ...each, has: [] })).toHaveLength(1);
    }
  });
});
