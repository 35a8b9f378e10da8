import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { type LoopbackServer, listen } from '../../local/loopback-server.ts';
import { accountStackId } from '../../shared/deployed-names.ts';

export const CALLER = 'arn:aws:sts::000000000000:assumed-role/operator/jo';

/** What the stand-in answers of one stack. */
export interface StandInStack {
  readonly outputs: Readonly<Record<string, string>>;
  /** The settings of its accounts, by id; `null`: looking is not allowed. */
  readonly accounts: Readonly<Record<string, object | null>>;
}

interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body: string;
}

/** Answers an Athena operation: `StartQueryExecution` and what follows it. */
export type Athena = (operation: string, input: Record<string, unknown>) => object;

/**
 * Stands in for what the embedded AWS lacks of a deployed stack: CloudFormation, Lambda, STS and Athena,
 * as far as the command line asks them.
 */
export function startStandIn(
  stacks: Readonly<Record<string, StandInStack>>,
  athena: Athena,
  /** Told of what is asked of CloudFormation. */
  onAction: (action: string) => void = () => {},
): Promise<LoopbackServer> {
  return listen(
    createServer(async (request, response) => {
      answer(response, await answerTo(request, stacks, { athena, onAction }));
    }),
  );
}

async function answerTo(
  request: IncomingMessage,
  stacks: Readonly<Record<string, StandInStack>>,
  { athena, onAction }: { athena: Athena; onAction: (action: string) => void },
): Promise<Answer> {
  const body = await text(request);
  const operation = /^AmazonAthena\.(.*)/.exec(String(request.headers['x-amz-target']))?.[1];
  if (operation !== undefined) return { body: JSON.stringify(athena(operation, JSON.parse(body))) };
  const name = /functions\/([^/]+)\/configuration/.exec(request.url ?? '')?.[1];
  if (name !== undefined) return functionNamed(name, stacks);
  const query = new URLSearchParams(body);
  if (query.get('Action') === 'GetCallerIdentity') {
    const arn = `<GetCallerIdentityResult><Arn>${CALLER}</Arn></GetCallerIdentityResult>`;
    return { body: `<GetCallerIdentityResponse>${arn}</GetCallerIdentityResponse>` };
  }
  onAction(query.get('Action') ?? '');
  const stack = query.get('StackName') ?? '';
  if (query.get('Action') === 'ListStackResources') return resourcesOf(stack, query, stacks);
  return stackNamed(stack, stacks);
}

function functionNamed(name: string, stacks: Readonly<Record<string, StandInStack>>): Answer {
  const [lake = '', accountId = ''] = name.split(/-(.*)/);
  const settings = Object.values(stacks).find(({ outputs }) => outputs.AthenaWorkgroup === lake)
    ?.accounts[accountId];
  if (settings === null || settings === undefined) {
    const [status, type] =
      settings === null ? [403, 'AccessDeniedException'] : [404, 'ResourceNotFoundException'];
    const headers = { 'x-amzn-errortype': type };
    return { status, headers, body: JSON.stringify({ Message: 'no' }) };
  }
  const Variables = { ACTIVITY_SETTINGS: JSON.stringify(settings) };
  return { body: JSON.stringify({ FunctionName: name, Environment: { Variables } }) };
}

function stackNamed(name: string, stacks: Readonly<Record<string, StandInStack>>): Answer {
  const stack = stacks[name];
  if (stack === undefined) {
    const message = `Stack with id ${name} does not exist`;
    return {
      status: 400,
      body: `<ErrorResponse><Error><Code>ValidationError</Code><Message>${message}</Message></Error></ErrorResponse>`,
    };
  }
  const outputs = Object.entries(stack.outputs).map(
    ([key, value]) =>
      `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  const found = `<member><StackName>${name}</StackName><StackStatus>CREATE_COMPLETE</StackStatus><Outputs>${outputs.join('')}</Outputs></member>`;
  const result = `<DescribeStacksResult><Stacks>${found}</Stacks></DescribeStacksResult>`;
  return { body: `<DescribeStacksResponse>${result}</DescribeStacksResponse>` };
}

/** A page for each resource, as CloudFormation has pages for each hundred. */
function resourcesOf(
  name: string,
  query: URLSearchParams,
  stacks: Readonly<Record<string, StandInStack>>,
): Answer {
  const ids = Object.keys(stacks[name]?.accounts ?? {}).map(accountStackId);
  const all = [
    ['AWS::S3::Bucket', 'LakeBucket'],
    ['AWS::CloudFormation::Stack', 'NestedByOthers'],
    ...ids.map((id) => ['AWS::CloudFormation::Stack', id]),
  ];
  const at = Number(query.get('NextToken') ?? 0);
  const [type, id] = all[at] ?? [];
  const member = `<member><ResourceType>${type}</ResourceType><LogicalResourceId>${id}</LogicalResourceId></member>`;
  const next = at + 1 < all.length ? `<NextToken>${at + 1}</NextToken>` : '';
  const result = `<StackResourceSummaries>${member}</StackResourceSummaries>${next}`;
  return {
    body: `<ListStackResourcesResponse><ListStackResourcesResult>${result}</ListStackResourcesResult></ListStackResourcesResponse>`,
  };
}

function answer(response: ServerResponse, { status = 200, headers, body }: Answer): void {
  response.writeHead(status, {
    'content-type': body.startsWith('<') ? 'text/xml' : 'application/x-amz-json-1.1',
    ...headers,
  });
  response.end(body);
}
