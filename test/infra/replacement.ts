import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

interface TypeOfResource {
  readonly cloudFormationType: string;
  readonly properties: Readonly<Record<string, { readonly causesReplacement?: string }>>;
  readonly isStateful?: boolean;
}

/** What `cdk diff` itself knows of CloudFormation, as the CLI that is installed brings it along. */
const { schema } = JSON.parse(
  gunzipSync(readFileSync('node_modules/aws-cdk/db.json.gz')).toString(),
) as { readonly schema: { readonly resource: { readonly entities: readonly TypeOfResource[] } } };

const types = new Map(schema.resource.entities.map((type) => [type.cloudFormationType, type]));

/** The properties of a type of resources whose change makes CloudFormation put another in its place. */
export function replacedBy(type: string): readonly string[] {
  const known = types.get(type);
  if (known === undefined) throw new Error(`cdk diff knows no ${type}`);
  return Object.entries(known.properties)
    .filter(([, { causesReplacement = 'no' }]) => causesReplacement !== 'no')
    .map(([name]) => name);
}

/** Whether it holds what no template can bring back. Queues, stacks and what Glue holds are for us to say. */
export const isStateful = (type: string) => types.get(type)?.isStateful === true;
