import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { asFunction, buildFunctions } from '../packaging/functions.ts';
import { invoke } from '../test/infra/lambda-runtime.ts';
import { atMost } from './aims.ts';
import { median, spread } from './timing.ts';

/*
 * What it takes to load the function's bundle, against the AWS clients alone, bundled alike: processor time. What it does
 * once it is loaded: capacity.ts.
 */
const LOADS = 21;
const environment = { AWS_REGION: 'us-east-1' };

async function clientsAlone(folder: string): Promise<string> {
  await build({
    stdin: {
      contents: `
        import { S3Client, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
        import { SecretsManagerClient, GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
        import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
        import { DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
        export const used = [S3Client, SecretsManagerClient, DynamoDBClient, DynamoDBDocumentClient, GetObjectCommand, PutObjectCommand, GetSecretValueCommand, GetCommand, PutCommand, UpdateCommand];
        export const handler = async () => ({});`,
      resolveDir: process.cwd(),
    },
    outfile: join(folder, 'index.mjs'),
    ...asFunction,
  });
  return folder;
}

const work = mkdtempSync(join(tmpdir(), 'bench-bundle-'));
try {
  await buildFunctions(join(work, 'functions'));
  const bundle = join(work, 'functions', 'activity');
  const alone = await clientsAlone(join(work, 'clients'));
  const times = { bundle: [] as number[], alone: [] as number[] };
  for (let load = 0; load < LOADS; load += 1) {
    // Its settings are missing, so it fails at once: it is the loading that is measured.
    times.bundle.push((await invoke(bundle, environment, { job: 'pull' })).loadMs);
    times.alone.push((await invoke(alone, environment, {})).loadMs);
  }
  process.stdout.write(`the bundle         ${spread(times.bundle)}\n`);
  process.stdout.write(`the clients alone  ${spread(times.alone)}\n`);
  const ratio = median(times.bundle) / median(times.alone);
  atMost('loading the bundle, against the AWS clients', ratio, 1.2, '×');
} finally {
  rmSync(work, { recursive: true });
}
