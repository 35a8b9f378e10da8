import { type Deployment, type Resource, resolved, resources } from './deployment.ts';

export interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Principal?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const list = (value: unknown) => (Array.isArray(value) ? value : [value]);

/** The statements of a policy document of the template. */
export function statements(document: unknown): Statement[] {
  const { Statement } = resolved<{ Statement: Record<string, unknown>[] }>(document);
  return Statement.map((statement) => ({
    ...(statement as unknown as Statement),
    Action: list(statement.Action),
    Resource: list(statement.Resource),
  }));
}

/** Every statement of every role, by the logical id of the role. */
export function statementsOfRoles(deployment: Deployment): Map<string, Statement[]> {
  const byRole = new Map<string, Statement[]>();
  for (const [, { Properties }] of resources(deployment, 'AWS::IAM::Policy')) {
    for (const role of resolved<string[]>(Properties.Roles)) {
      const known = byRole.get(role) ?? [];
      byRole.set(role, [...known, ...statements(Properties.PolicyDocument)]);
    }
  }
  return byRole;
}

/** The one role that a function runs as. */
export function statementsOf(deployment: Deployment, [, fn]: [string, Resource]): Statement[] {
  const role = resolved<string>(fn.Properties.Role).replace('arn:', '');
  return statementsOfRoles(deployment).get(role) ?? [];
}

/** Whether IAM would match the pattern: `*` is any text, `/` in it too. */
export function matches(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(text);
}

/** Whether some statement allows it, conditions left aside. */
export function allows(granted: readonly Statement[], action: string, resource: string): boolean {
  return granted.some(
    ({ Effect, Action, Resource }) =>
      Effect === 'Allow' &&
      Action.some((pattern) => matches(pattern, action)) &&
      Resource.some((pattern) => matches(pattern, resource)),
  );
}
