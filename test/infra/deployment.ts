import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, NestedStack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ActivityLakeStack } from '../../infra/activity-lake.ts';
import { propsOfContext } from '../../infra/settings.ts';

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly DependsOn?: readonly string[];
}

export interface Deployment {
  readonly app: App;
  readonly stack: ActivityLakeStack;
  /** Of the lake's own stack. */
  readonly template: Template;
  /** Of all stacks together, the accounts' too, by logical id; within an account's stack `<its id>.<id>`. */
  readonly resources: Readonly<Record<string, Resource>>;
  /** The folder with the function's asset, among others. */
  readonly folder: string;
}

/** One id begins with the other, and two differ by case alone: both mistakes are easy to make. */
export const ids = ['acct-1', 'acct-10', 'ACCT-1'] as const;

export const accounts = [
  { id: ids[0], host: 'smartassist.kore.ai' },
  {
    id: ids[1],
    host: 'platform.kore.ai',
    name: 'Second',
    schedule: '15m',
    streamId: 'st-2',
    memoryMegabytes: 2_048,
  },
  { id: ids[2], host: 'platform.kore.ai', enabled: false, sourceTimeZone: 'Asia/Kolkata' },
];

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** The stack that `cdk.json` describes, with `settings` in place of its own. */
export function synthesized(settings: Record<string, unknown> = {}): Deployment {
  const { context } = JSON.parse(readFileSync('cdk.json', 'utf8'));
  const given = { accounts: accounts.slice(0, 1), ...settings };
  const folder = mkdtempSync(join(tmpdir(), 'cdk-out-'));
  folders.push(folder);
  const app = new App({
    outdir: folder,
    context: { ...context, ...given },
    // Takes two seconds and only warns. A test that runs `cdk synth` looks at its report.
    builtinCloudFormationValidation: false,
  });
  const stack = new ActivityLakeStack(app, propsOfContext(app.node.getAllContext()));
  const template = Template.fromStack(stack);
  return { app, stack, template, resources: allResources(stack, template, folder), folder };
}

function allResources(stack: ActivityLakeStack, template: Template, folder: string) {
  const own: Record<string, Resource> = template.toJSON().Resources;
  const nested = stack.node
    .findAll()
    .filter(NestedStack.isNestedStack)
    .flatMap((account) => {
      const stackId: string = stack.resolve(account.nestedStackResource?.logicalId);
      const { Resources } = JSON.parse(readFileSync(join(folder, account.templateFile), 'utf8'));
      const given = (own[stackId]?.Properties.Parameters ?? {}) as Record<string, unknown>;
      const seen = fromOutside(Resources, stackId, given) as Record<string, Resource>;
      return Object.entries(seen).map(([id, each]) => [`${stackId}.${id}`, each] as const);
    });
  return { ...own, ...Object.fromEntries(nested) };
}

/** A part of an account's template, with each reference as the lake's stack would have it. */
function fromOutside(part: unknown, stackId: string, given: Record<string, unknown>): unknown {
  if (Array.isArray(part)) return part.map((each) => fromOutside(each, stackId, given));
  if (typeof part !== 'object' || part === null) return part;
  const { Ref: ref, 'Fn::GetAtt': attribute, DependsOn } = part as Record<string, never>;
  if (typeof ref === 'string') {
    if (`${ref}`.startsWith('AWS::')) return part;
    return given[ref] ?? { Ref: `${stackId}.${ref}` };
  }
  if (attribute !== undefined) {
    return { 'Fn::GetAtt': [`${stackId}.${attribute[0]}`, attribute[1]] };
  }
  const entries = Object.entries(part).map(([key, each]) => [
    key,
    fromOutside(each, stackId, given),
  ]);
  if (Array.isArray(DependsOn))
    entries.push(['DependsOn', (DependsOn as string[]).map((id) => `${stackId}.${id}`)]);
  return Object.fromEntries(entries);
}

/** Resources of one type by logical id. */
export function resources({ resources }: Deployment, type: string): [string, Resource][] {
  return Object.entries(resources).filter(([, { Type }]) => Type === type);
}

/** The one resource of its type that `which` picks. */
export function only(
  deployment: Deployment,
  type: string,
  which: (resource: Resource, id: string) => boolean = () => true,
): [string, Resource] {
  const [found, ...others] = resources(deployment, type).filter(([id, each]) => which(each, id));
  if (found === undefined || others.length > 0) throw new Error(`not one ${type}`);
  return found;
}

/** The bucket of the lake, which is the versioned one. */
export const lakeBucket = (deployment: Deployment) =>
  only(deployment, 'AWS::S3::Bucket', ({ Properties }) => 'VersioningConfiguration' in Properties);

/** What the function is told in `ACTIVITY_SETTINGS`. */
export function settingsOf({ Properties }: Resource, names: Readonly<Record<string, string>> = {}) {
  const { Variables } = Properties.Environment as { Variables: Record<string, unknown> };
  return JSON.parse(resolved<string>(Variables.ACTIVITY_SETTINGS, names));
}

export const functionOf = (deployment: Deployment, accountId: string) =>
  only(deployment, 'AWS::Lambda::Function', (each) => settingsOf(each).accountId === accountId);

export const secretOf = (deployment: Deployment, accountId: string) =>
  only(deployment, 'AWS::SecretsManager::Secret', ({ Properties }) =>
    `${Properties.Name}`.includes(`/${accountId}/`),
  );

/**
 * A value of the template with every reference resolved: `Ref` by `names`, or to the logical id itself;
 * an ARN to `arn:<logical id>`.
 */
export function resolved<T>(value: unknown, names: Readonly<Record<string, string>> = {}): T {
  const resolve = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(resolve);
    if (typeof part !== 'object' || part === null) return part;
    const { Ref: ref, 'Fn::GetAtt': attribute, 'Fn::Join': joined } = part as Record<string, never>;
    if (ref !== undefined) return names[ref] ?? ref;
    if (attribute !== undefined) return `arn:${attribute[0]}`;
    if (joined !== undefined) return (joined[1] as unknown[]).map(resolve).join(joined[0]);
    return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, resolve(inner)]));
  };
  return resolve(value) as T;
}
