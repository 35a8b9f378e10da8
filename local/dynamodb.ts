import { Readable } from 'node:stream';
import { ClassicLevel } from 'classic-level';
import dynalite from 'dynalite';
import type { AccessKey } from './access-key.ts';
import { readBody, requireAccessKey, sendJsonError } from './json-service.ts';
import { type LoopbackServer, listen } from './loopback-server.ts';

/** DynamoDB's own limit on one request. */
const MAX_REQUEST_BYTES = 16 * 1024 * 1024;

/**
 * dynalite behind the access-key check, kept in `folder`, or in memory without one. What was
 * acknowledged survives SIGKILL; LevelDB is not synced at each write, so power loss may undo the
 * last ones. Only one process can have the folder open: the caller makes sure of that.
 */
export async function startDynamoDb(key: AccessKey, folder?: string): Promise<LoopbackServer> {
  if (folder !== undefined) await requireOpens(folder);
  const server = dynalite({
    ...(folder !== undefined && { path: folder }),
    createTableMs: 0,
    updateTableMs: 0,
    deleteTableMs: 0,
  });
  const [serve] = server.listeners('request');
  server.removeAllListeners('request');
  server.on('request', async (request, response) => {
    try {
      requireAccessKey(key, request);
      const body = await readBody(request, MAX_REQUEST_BYTES);
      // dynalite throws, uncaught, when a client goes away in the middle of a request: it gets
      // only whole ones.
      const { method, url, headers } = request;
      serve?.(Object.assign(Readable.from([body]), { method, url, headers }), response);
    } catch (error) {
      sendJsonError(response, error);
    }
  });
  return listen(server);
}

/** dynalite throws, uncaught, at the first request when it can't open its database. */
async function requireOpens(folder: string): Promise<void> {
  const database = new ClassicLevel(folder);
  await database.open();
  await database.close();
}
