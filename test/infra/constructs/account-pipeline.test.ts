import packageJson from '../../../package.json' with { type: 'json' };
import { functionNameOf } from '../../../shared/deployed-names.ts';
import { jobNames } from '../../../shared/jobs/scheduled.ts';
import {
  accountSettingsSchema,
  credentialsWanted,
  parseSettings,
} from '../../../shared/settings.ts';
import {
  accounts,
  type Deployment,
  functionOf,
  ids,
  only,
  resolved,
  resources,
  secretOf,
  settingsOf,
  synthesized,
} from '../deployment.ts';

interface Schedule {
  readonly ScheduleExpression: string;
  readonly State: string;
  readonly Target: { readonly Arn: string; readonly Input: string };
}

interface InvokeConfig {
  readonly FunctionName: string;
}

let deployment: Deployment;

beforeAll(() => {
  deployment = synthesized({ accounts });
});

const schedulesOf = (accountId: string) => {
  const arn = `arn:${functionOf(deployment, accountId)[0]}`;
  return resources(deployment, 'AWS::Scheduler::Schedule')
    .map(([, { Properties }]) => resolved<Schedule>(Properties))
    .filter(({ Target }) => Target.Arn === arn);
};

describe('the function of an account', () => {
  it('runs on Node.js 24, arm64, is found by its name, logs JSON for a time, and is traced', () => {
    expect(resources(deployment, 'AWS::Lambda::Function')).toHaveLength(ids.length);
    const [logGroup, { Properties: log }] = only(deployment, 'AWS::Logs::LogGroup');
    expect(log.RetentionInDays).toBe(400);
    for (const id of ids) {
      const { Properties } = functionOf(deployment, id)[1];
      expect(Properties).toMatchObject({
        FunctionName: functionNameOf('agent-activity-lake', id),
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
        TracingConfig: { Mode: 'Active' },
        LoggingConfig: { LogFormat: 'JSON' },
      });
      expect(resolved<{ LogGroup: string }>(Properties.LoggingConfig).LogGroup).toBe(logGroup);
    }
  });

  it('has the memory that its account is given', () => {
    const memories = ids.map((id) => functionOf(deployment, id)[1].Properties.MemorySize);
    expect(memories).toEqual([512, 2_048, 512]);
  });

  it('is given settings that it accepts, each account its own', () => {
    for (const id of ids) {
      parseSettings(
        accountSettingsSchema,
        settingsOf(functionOf(deployment, id)[1]),
        'ACTIVITY_SETTINGS',
      );
    }
    expect(settingsOf(functionOf(deployment, ids[1])[1])).toMatchObject({
      host: 'platform.kore.ai',
      streamId: 'st-2',
    });
    expect(settingsOf(functionOf(deployment, ids[2])[1])).toMatchObject({
      sourceTimeZone: 'Asia/Kolkata',
    });
  });

  it('is told how long rows are kept, where that is said', () => {
    const told = (of: Deployment) => settingsOf(functionOf(of, ids[0])[1]) as { keepRows?: string };
    expect(told(deployment).keepRows).toBeUndefined();
    expect(told(synthesized({ accounts, keepRows: '400d' })).keepRows).toBe('400d');
  });

  it('is told a code version that names the very bundle it runs', () => {
    const { Code, Environment } = functionOf(deployment, ids[0])[1].Properties as never as {
      Code: { S3Key: string };
      Environment: { Variables: { CODE_VERSION: string } };
    };
    expect(Environment.Variables.CODE_VERSION).toBe(
      `${packageJson.version}+${Code.S3Key.slice(0, 12)}`,
    );
  });

  it('is not invoked again when it fails: its run goes to the queue of failed runs', () => {
    const configs = resources(deployment, 'AWS::Lambda::EventInvokeConfig').map(
      ([, { Properties }]) => resolved<InvokeConfig>(Properties),
    );
    const [queue] = only(deployment, 'AWS::SQS::Queue', (_, id) => id.includes('FailedRuns'));
    expect(configs.map(({ FunctionName }) => FunctionName).sort()).toEqual(
      ids.map((id) => functionOf(deployment, id)[0]).sort(),
    );
    for (const config of configs) {
      expect(config).toMatchObject({
        MaximumRetryAttempts: 0,
        MaximumEventAgeInSeconds: 300,
        DestinationConfig: { OnFailure: { Destination: `arn:${queue}` } },
      });
    }
  });

  it('is invoked for each of its jobs, tried twice more within 5 minutes, then given up to a queue', () => {
    expect(
      schedulesOf(ids[0])
        .map(({ ScheduleExpression }) => ScheduleExpression)
        .sort(),
    ).toEqual(['cron(1/10 3-4 * * ? *)', 'cron(41 3 * * ? *)', 'rate(5 minutes)']);
    expect(schedulesOf(ids[1])).toContainEqual(
      expect.objectContaining({ ScheduleExpression: 'rate(15 minutes)' }),
    );
    for (const id of ids) {
      const asked = schedulesOf(id).map(({ Target }) => JSON.parse(Target.Input).job);
      // The pull hands over to the backfill.
      expect(asked.sort()).toEqual(jobNames.filter((job) => job !== 'backfill').sort());
      for (const { Target } of schedulesOf(id)) {
        expect(Target).toMatchObject({
          RetryPolicy: { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 300 },
          DeadLetterConfig: { Arn: expect.stringContaining('UndeliveredRuns') },
        });
      }
    }
  });

  it('is tried again for an hour when its next tick is further away than that', () => {
    const rare = synthesized({ accounts: [{ ...accounts[0], schedule: '2h' }] });
    const [, { Properties }] = only(rare, 'AWS::Lambda::EventInvokeConfig');
    expect(Properties).toMatchObject({ MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 3_600 });
    for (const [, { Properties }] of resources(rare, 'AWS::Scheduler::Schedule')) {
      expect(Properties.Target).toMatchObject({
        RetryPolicy: { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 3_600 },
      });
    }
  });

  it('is not invoked while its account is disabled, and keeps everything else', () => {
    const states = (id: string) => schedulesOf(id).map(({ State }) => State);
    expect(new Set(states(ids[0]))).toEqual(new Set(['ENABLED']));
    expect(new Set(states(ids[2]))).toEqual(new Set(['DISABLED']));
    expect(secretOf(deployment, ids[2])).toBeDefined();
  });

  it('has a secret without a value, which says what it wants in the words of the function', () => {
    expect(resources(deployment, 'AWS::SecretsManager::Secret')).toHaveLength(ids.length);
    for (const id of ids) {
      const { Properties } = secretOf(deployment, id)[1];
      expect(Object.keys(Properties).sort()).toEqual(['Description', 'Name']);
      expect(Properties.Description).toBe(credentialsWanted);
      expect(settingsOf(functionOf(deployment, id)[1]).credentialsSecret).toBe(Properties.Name);
    }
  });
});
