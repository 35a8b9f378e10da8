import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { program } from '../../cli/program.ts';
import { CheckpointLostError, SettingsError } from '../../shared/errors.ts';

/** What must be allowed to whoever sends a request that was answered so. */
function permissionsFor(request: IncomingMessage, { statusCode }: ServerResponse): string[] {
  const scope = /\/([a-z0-9-]+)\/aws4_request/.exec(request.headers.authorization ?? '')?.[1];
  const operation = String(request.headers['x-amz-target']).split('.').at(-1);
  if (scope === 's3') {
    if (request.url?.includes('list-type=2')) return ['s3:ListBucket'];
    const { method = '' } = request;
    const action = { GET: 'Get', HEAD: 'Get', PUT: 'Put', DELETE: 'Delete' }[method] ?? method;
    // Whoever may not list is told that a missing object is forbidden.
    const missing = action === 'Get' && statusCode === 404 ? ['s3:ListBucket'] : [];
    return [`s3:${action}Object`, ...missing];
  }
  // The stand-in tells what is asked of CloudFormation, and nobody is refused what is asked of STS.
  if (scope === 'cloudformation' || scope === 'sts' || scope === undefined) return [];
  return [scope === 'lambda' ? 'lambda:GetFunctionConfiguration' : `${scope}:${operation}`];
}

/** By the command line that runs. What its servers can't tell by a request's headers, they add. */
export const needed = new Set<string>();

/** Runs a command line in this process. @returns the permissions that it needs of servers in this process, sorted */
export async function neededBy(words: readonly string[]): Promise<readonly string[]> {
  needed.clear();
  const listen = (message: unknown) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    for (const permission of permissionsFor(request, response)) needed.add(permission);
  };
  const silent = [process.stdout, process.stderr].map((stream) =>
    jest.spyOn(stream, 'write').mockImplementation(() => true),
  );
  subscribe('http.server.response.finish', listen);
  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    // It was looked for, in vain.
    if (!(error instanceof SettingsError || error instanceof CheckpointLostError)) throw error;
  } finally {
    unsubscribe('http.server.response.finish', listen);
    for (const stream of silent) stream.mockRestore();
    process.exitCode = undefined;
  }
  return [...needed].sort();
}
