import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { systemClock } from '../../shared/clock.ts';
import { synthesized } from '../infra/deployment.ts';

export interface Answer {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly unknown[])[];
}

/** Trino, with the tables of the synthesised template. */
export interface Trino {
  /** @throws Error in Trino's words */
  query(sql: string): Promise<Answer>;
  stop(): Promise<void>;
}

export interface LakeLocation {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly bucket: string;
  /** As `cdk.json` has them; the host is added. */
  readonly accounts: readonly ({ readonly id: string } & Readonly<Record<string, unknown>>)[];
  /** The first day that queries may find, `YYYY-MM-DD`. */
  readonly earliestDate: string;
}

/** Starts what `TRINO` names, on a lake at any S3 endpoint. */
export async function startTrino(lake: LakeLocation): Promise<Trino> {
  const accounts = lake.accounts.map((account) => ({ host: 'smartassist.kore.ai', ...account }));
  const { template } = synthesized({ accounts, earliestDate: lake.earliestDate });
  const folder = mkdtempSync(join(tmpdir(), 'trino-'));
  const file = join(folder, 'stack.template.json');
  writeFileSync(file, JSON.stringify(template.toJSON()));
  const options = {
    ...{ '--s3': lake.endpoint, '--key': lake.accessKeyId, '--secret': lake.secretAccessKey },
    ...{ '--bucket': lake.bucket, '--template': file, '--port': `${await freePort()}` },
    '--dir': folder,
  };
  const starting = spawn(`${process.env.TRINO}`, ['start', ...Object.entries(options).flat()], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said = await text(starting.stdout);
  const [, url] = /TRINO_URL=(\S+)/.exec(said) ?? [];
  const [, pid] = /TRINO_PID=(\d+)/.exec(said) ?? [];
  if (url === undefined || pid === undefined) throw new Error(`Trino did not start: ${said}`);
  const stop = async () => {
    process.kill(Number(pid));
    await untilEnded(Number(pid));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await untilItHasNodes(url);
  } catch (error) {
    await stop();
    throw error;
  }
  return { query: (sql) => query(url, sql), stop };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  return port;
}

/** It writes to its folder until then, and needs memory that the next one needs. */
async function untilEnded(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await systemClock.sleep(100);
  }
}

/** It answers a little before it can run a query. */
async function untilItHasNodes(url: string): Promise<void> {
  for (;;) {
    const failed = await query(url, 'SELECT count(*) FROM agents').catch((error: Error) => error);
    if (!(failed instanceof Error)) return;
    if (!failed.message.startsWith('NO_NODES_AVAILABLE')) throw failed;
    await systemClock.sleep(200);
  }
}

interface Page {
  readonly error?: { readonly errorName: string; readonly message: string };
  readonly columns?: Answer['columns'];
  readonly data?: Answer['rows'];
  readonly nextUri?: string;
}

const headers = {
  ...{ 'X-Trino-User': 'analyst', 'X-Trino-Catalog': 'awsdatacatalog' },
  ...{ 'X-Trino-Schema': 'agent_activity_lake', 'X-Trino-Time-Zone': 'UTC' },
};

async function query(url: string, sql: string): Promise<Answer> {
  const rows: (readonly unknown[])[] = [];
  let columns: Answer['columns'] = [];
  let answer = await fetch(`${url}/v1/statement`, { method: 'POST', body: sql, headers });
  for (;;) {
    const page = (await answer.json()) as Page;
    if (page.error !== undefined) throw new Error(`${page.error.errorName}: ${page.error.message}`);
    columns = page.columns ?? columns;
    for (const row of page.data ?? []) rows.push(row);
    if (page.nextUri === undefined) return { columns, rows };
    answer = await fetch(page.nextUri, { headers });
  }
}
