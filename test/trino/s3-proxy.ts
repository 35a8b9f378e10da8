import { createServer, request as send } from 'node:http';
import { type LoopbackServer, listen } from '../../local/loopback-server.ts';

/** Stands between a reader and S3, sees each request, and may let something happen before it. */
export interface S3Proxy extends LoopbackServer {
  /** Method, path and range of each request, in their order. */
  readonly requests: string[];
  /** Called before each request goes on. */
  before: (request: string, index: number) => Promise<void>;
}

export async function startS3Proxy(endpoint: string): Promise<S3Proxy> {
  const { hostname, port } = new URL(endpoint);
  const requests: string[] = [];
  const server = createServer(async (request, response) => {
    const line = `${request.method} ${decodeURIComponent(request.url ?? '')} ${request.headers.range ?? ''}`;
    const index = requests.push(line) - 1;
    await proxy.before(line, index);
    const { method, url: path, headers } = request;
    const onward = send({ hostname, port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    onward.once('error', () => response.destroy());
    request.pipe(onward);
  });
  const listening = await listen(server);
  const proxy: S3Proxy = { ...listening, requests, before: async () => {} };
  return proxy;
}
