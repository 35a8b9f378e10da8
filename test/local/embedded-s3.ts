import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAccessKey } from '../../local/access-key.ts';
import { ObjectStore } from '../../local/s3/object-store.ts';
import { startS3Server } from '../../local/s3/server.ts';
import { systemClock } from '../../shared/clock.ts';

/** An embedded S3 in a new folder, or in one that exists. */
export async function startEmbeddedS3(existing?: string) {
  const folder = existing ?? mkdtempSync(join(tmpdir(), 'embedded-s3-'));
  const key = createAccessKey();
  const server = await startS3Server(await ObjectStore.open(folder, systemClock), key);
  return {
    folder,
    endpoint: server.endpoint,
    accessKeyId: key.id,
    secretAccessKey: key.secret,
    stop: async () => {
      await server.close();
      rmSync(folder, { recursive: true });
    },
  };
}
