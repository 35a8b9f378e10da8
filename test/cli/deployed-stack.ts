import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { type LoopbackServer, listen } from '../../local/loopback-server.ts';

export const CALLER = 'arn:aws:sts::000000000000:assumed-role/operator/jo';

/** What the stand-in answers of one stack. */
export interface StandInStack {
  readonly outputs: Readonly<Record<string, string>>;
  /** The settings of its functions, by the name of the function; `null`: looking is not allowed. */
  readonly functions: Readonly<Record<string, object | null>>;
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
): Promise<LoopbackServer> {
  return listen(
    createServer(async (request, response) => {
      answer(response, await answerTo(request, stacks, athena));
    }),
  );
}

async function answerTo(
  request: IncomingMessage,
  stacks: Readonly<Record<string, StandInStack>>,
  athena: Athena,
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
  return stackNamed(query.get('StackName') ?? '', stacks);
}

function functionNamed(name: string, stacks: Readonly<Record<string, StandInStack>>): Answer {
  const settings = Object.values(stacks).flatMap(({ functions }) => functions[name] ?? [])[0];
  if (settings === undefined) {
    return {
      status: 403,
      headers: { 'x-amzn-errortype': 'AccessDeniedException' },
      body: JSON.stringify({ Message: 'no' }),
    };
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

function answer(response: ServerResponse, { status = 200, headers, body }: Answer): void {
  response.writeHead(status, {
    'content-type': body.startsWith('<') ? 'text/xml' : 'application/x-amz-json-1.1',
    ...headers,
  });
  response.end(body);
}
