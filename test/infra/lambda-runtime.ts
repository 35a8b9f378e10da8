import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { clockHandedOn } from '../clocks/handed-on.ts';

const node24 = join('test', 'lambda-runtime', 'node_modules', 'node', 'bin', 'node');

/** The Node.js that Lambda runs, once `npm ci --prefix test/lambda-runtime` brought it; else this one. */
export const lambdaNode = existsSync(node24) ? node24 : process.execPath;

export interface Invocation {
  /** What the handler returned, or `undefined` when it threw. */
  readonly result?: Record<string, unknown>;
  readonly errorType?: string;
  readonly errorMessage?: string;
  /** What it wrote to the log. */
  readonly log: string;
  /** Processor time that loading the module took, milliseconds. */
  readonly loadMs: number;
  /** Processor time of the whole process, milliseconds. */
  readonly cpuMs: number;
  /** The most memory the process held, megabytes. */
  readonly peakMegabytes: number;
}

/** As Lambda does: load the module, call its handler with a context, and report what comes of it. */
const RUNTIME = `
  import { existsSync, readFileSync, writeSync } from 'node:fs';
  const [bundle, event, seconds] = process.argv.slice(1);
  const endMs = Date.now() + Number(seconds) * 1000;
  const context = {
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: '$LATEST',
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:activity',
    awsRequestId: '00000000-0000-0000-0000-000000000000',
    getRemainingTimeInMillis: () => endMs - Date.now(),
  };
  const before = process.cpuUsage();
  const { handler } = await import(bundle);
  const loading = process.cpuUsage(before);
  const loadMs = (loading.user + loading.system) / 1000;
  const outcome = await handler(JSON.parse(event), context).then(
    (result) => ({ result }),
    ({ name, message }) => ({ errorType: name, errorMessage: message }),
  );
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const cpuMs = (userCPUTime + systemCPUTime) / 1000;
  // On Linux maxRSS counts what the parent held when it started this process, too.
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
  const [, kilobytes = maxRSS] = /VmHWM:\\s+(\\d+)/.exec(status) ?? [];
  writeSync(3, JSON.stringify({ ...outcome, loadMs, cpuMs, peakMegabytes: kilobytes / 1024 }));
`;

/**
 * Invokes a bundled function once, in a process of its own with no environment but the one given.
 *
 * @param folder the function's asset, as it is deployed
 * @param environment the function's own variables, and the credentials and endpoints Lambda would give
 */
export async function invoke(
  folder: string,
  environment: Readonly<Record<string, string>>,
  event: unknown,
  { seconds = 270, nodeOptions = [] as readonly string[] } = {},
): Promise<Invocation> {
  const bundle = pathToFileURL(join(folder, 'index.mjs')).href;
  const child = spawn(
    lambdaNode,
    [
      ...nodeOptions,
      '--input-type=module',
      '--eval',
      RUNTIME,
      '--',
      bundle,
      JSON.stringify(event),
      `${seconds}`,
    ],
    {
      env: {
        AWS_LAMBDA_FUNCTION_NAME: 'activity',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1024',
        AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
        ...clockHandedOn,
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    },
  );
  const [log, errors, outcome] = await Promise.all(
    [1, 2, 3].map((fd) => text(child.stdio[fd] as Readable)),
  );
  if (outcome === '') throw new Error(`The function could not be loaded: ${errors}`);
  return { ...JSON.parse(outcome ?? ''), log: `${log}${errors}` };
}
