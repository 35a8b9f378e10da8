import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { accountOfStack, accountStackId } from '../../shared/deployed-names.ts';
import { resolved, resources, synthesized } from './deployment.ts';

/** What CloudFormation and CloudWatch take: https://docs.aws.amazon.com, "quotas" of each. */
const LIMITS = {
  ...{ resources: 500, templateBytes: 1_000_000, outputs: 200, parameters: 200, mappings: 200 },
  ...{ widgets: 500, alarmsInAWidget: 100, logGroupsOfAQuery: 50, policyCharacters: 10_240 },
};

const zones = ['America/New_York', 'Europe/Berlin', 'Asia/Kolkata', 'Australia/Sydney', 'UTC'];
const accounts = Array.from({ length: 200 }, (_, index) => ({
  id: `63fb9a0f90425b644d3e${String(index).padStart(4, '0')}`,
  host: 'smartassist.kore.ai',
  reportTimeZone: zones[index % zones.length],
  // Each with a list of its own, which no other account shares.
  activityGroups: [{ activity: `Project ${index}`, group: 'other_work' }],
}));

describe('two hundred accounts', () => {
  const deployment = synthesized({ accounts, nightlyReport: 'announced', auditTrail: true });
  const templates = readdirSync(deployment.folder)
    .filter((file) => file.endsWith('.template.json'))
    .map((file) => {
      const text = readFileSync(join(deployment.folder, file), 'utf8');
      return { bytes: Buffer.byteLength(text), ...JSON.parse(text) };
    });
  const most = (of: (template: (typeof templates)[number]) => number) =>
    Math.max(...templates.map(of));
  const entries = (part: object | undefined) => Object.keys(part ?? {}).length;

  it('are each a stack within the lake’s, and all stay within what CloudFormation takes', () => {
    expect(templates).toHaveLength(1 + accounts.length);
    expect(most(({ Resources }) => entries(Resources))).toBeLessThan(LIMITS.resources * 0.6);
    expect(most(({ bytes }) => bytes)).toBeLessThan(LIMITS.templateBytes * 0.9);
    expect(most(({ Outputs }) => entries(Outputs))).toBeLessThan(LIMITS.outputs / 10);
    expect(most(({ Parameters }) => entries(Parameters))).toBeLessThan(LIMITS.parameters / 10);
    expect(most(({ Mappings }) => entries(Mappings))).toBeLessThan(LIMITS.mappings / 10);
  });

  it('are a hundred in an operation of nested stacks, of 2,500 resources', () => {
    const ofOne = most(({ Resources, Parameters }) =>
      entries(Parameters) > 1 ? entries(Resources) : 0,
    );
    const ofLake = most(({ Resources }) => entries(Resources)) - accounts.length;
    expect(ofLake + 100 * (1 + ofOne)).toBeLessThan(2_500);
  });

  it('need of each quota what docs/deploy.md says', () => {
    const page = readFileSync('docs/deploy.md', 'utf8');
    /** With `nightlyReport`, which is the last number of a cell. */
    const needed = (quota: string) =>
      Number(page.match(`\\| ${quota} \\|.*?\\|[^|]*?(\\d+)[^|\\d]*\\|`)?.[1]);
    const stack = accountStackId(accounts[0]?.id ?? '');
    const own = Object.entries(deployment.resources).filter(
      ([id]) => id === stack || id.startsWith(`${stack}.`),
    );
    const of = (type: RegExp) => own.filter(([, { Type }]) => type.test(Type)).length;
    expect({
      resources: needed('CloudFormation: resources in one operation of nested stacks'),
      stacks: needed('CloudFormation: stacks'),
      roles: needed('IAM: roles, of the AWS account'),
      models: needed('CloudWatch: anomaly detection models'),
      schedules: needed('EventBridge Scheduler: schedules'),
      secrets: needed('Secrets Manager: secrets'),
      alarms: needed('CloudWatch: alarms'),
    }).toEqual({
      resources: own.length,
      stacks: of(/CloudFormation::Stack$/),
      roles: of(/IAM::Role$/),
      models: own.filter(([, each]) => JSON.stringify(each).includes('ANOMALY_DETECTION')).length,
      schedules: of(/Scheduler::Schedule$/),
      secrets: of(/SecretsManager::Secret$/),
      alarms: of(/CloudWatch::(Composite)?Alarm$/),
    });
    for (const [, { Properties }] of resources(deployment, 'AWS::IAM::Policy')) {
      expect(JSON.stringify(Properties.PolicyDocument).length).toBeLessThan(
        LIMITS.policyCharacters * 0.6,
      );
    }
  });

  it('stay within what CloudWatch takes', () => {
    for (const [, { Properties }] of resources(deployment, 'AWS::CloudWatch::Dashboard')) {
      const { widgets } = JSON.parse(resolved<string>(Properties.DashboardBody));
      expect(widgets.length).toBeLessThan(LIMITS.widgets / 10);
      for (const { properties } of widgets) {
        expect(properties.alarms?.length ?? 0).toBeLessThanOrEqual(LIMITS.alarmsInAWidget);
      }
    }
    expect(resources(deployment, 'AWS::CloudWatch::Dashboard')).toHaveLength(2);
    for (const [, { Properties }] of resources(deployment, 'AWS::Logs::QueryDefinition')) {
      expect(Properties.LogGroupNames).toHaveLength(1);
    }
  });
});

describe('the id of an account’s stack', () => {
  it.each(['63fb9a0f', 'acct-1', 'ACCT_1', 'Z', 'Z0', 'aZ1-', 'z_-Z'])('leads back to %s', (id) => {
    expect(accountStackId(id)).toMatch(/^[A-Za-z0-9]{1,255}$/);
    expect(accountOfStack(accountStackId(id))).toBe(id);
  });
});
