import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that listens on a free port of 127.0.0.1. */
export interface LoopbackServer {
  /** `http://127.0.0.1:PORT`: by the address and not `localhost` the S3 client takes path style. */
  readonly endpoint: string;
  /** Waits for the requests under way. */
  close(): Promise<void>;
}

export async function listen(server: Server): Promise<LoopbackServer> {
  // Longer than clients keep idle connections: else a request meets a connection just closed.
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve, reject) => {
        // Else a connection whose request is under way would be kept, and waited for, once it is answered.
        server.keepAliveTimeout = 1;
        server.close((error) => (error ? reject(error) : resolve()));
      }),
  };
}
