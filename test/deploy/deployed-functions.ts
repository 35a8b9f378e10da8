import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { functionNameOf } from '../../shared/deployed-names.ts';

export const STACK = 'agent-activity-lake';

type Variable = 'ACTIVITY_SETTINGS' | 'REPORT_SETTINGS';

export interface DeployedFunction {
  readonly FunctionName: string;
  readonly Runtime: string;
  readonly Environment: { readonly Variables: Record<string, string> };
}

/** What a service of the emulated AWS answers to a GET: some have no client here. */
export async function listed(service: string, path: string): Promise<Record<string, never[]>> {
  const response = await fetch(`${process.env.AWS_ENDPOINT_URL}${path}`, {
    // The emulator tells the service by the scope of the signature, and looks at nothing else of it.
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
    },
  });
  return (await response.json()) as Record<string, never[]>;
}

export async function deployedFunctions(): Promise<readonly DeployedFunction[]> {
  const { Functions = [] } = await listed('lambda', '/2015-03-31/functions/');
  return Functions;
}

/** The function of the account, or the one of the reports. */
export async function deployedFunction(
  variable: Variable,
  accountId: string,
): Promise<DeployedFunction> {
  const found = (await deployedFunctions()).find(
    ({ FunctionName, Environment }) =>
      variable in Environment.Variables &&
      (variable === 'REPORT_SETTINGS' || FunctionName === functionNameOf(STACK, accountId)),
  );
  if (found === undefined) throw new Error(`No function with ${variable} was deployed.`);
  return found;
}

interface Template {
  readonly Resources: Readonly<
    Record<
      string,
      {
        readonly Type: string;
        readonly Metadata?: Record<string, string>;
        readonly Properties: { readonly Environment?: { readonly Variables: object } };
      }
    >
  >;
}

const resourcesIn = (file: string) =>
  Object.values((JSON.parse(readFileSync(join('cdk.out', file), 'utf8')) as Template).Resources);

/** The folder of a function's code in `cdk.out`, as the templates name it. */
export function deployedBundle(variable: Variable): string {
  const ofLake = resourcesIn(`${STACK}.template.json`);
  const ofAccounts = ofLake
    .filter(({ Type }) => Type === 'AWS::CloudFormation::Stack')
    .flatMap(({ Metadata }) => resourcesIn(Metadata?.['aws:asset:path'] ?? ''));
  const fn = [...ofLake, ...ofAccounts].find(
    ({ Type, Properties }) =>
      Type === 'AWS::Lambda::Function' && variable in (Properties.Environment?.Variables ?? {}),
  );
  return join('cdk.out', fn?.Metadata?.['aws:asset:path'] ?? '');
}
