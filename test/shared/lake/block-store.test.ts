import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { BlockConflictError, BlockLostError, EvidenceError } from '../../../shared/errors.ts';
import { pointerKey, versionNumber } from '../../../shared/lake/block-keys.ts';
import { BlockStore } from '../../../shared/lake/block-store.ts';
import { HeldVersions } from '../../../shared/lake/held-versions.ts';
import { rejectedActivity } from '../../../shared/lake/tables.ts';
import { startEmbeddedS3 } from '../../local/embedded-s3.ts';
import { FakeClock } from '../smartassist/fake-clock.ts';

const Bucket = 'lake';
let server: Awaited<ReturnType<typeof startEmbeddedS3>>;
let s3: S3Client;
let numbered = 0;

beforeAll(async () => {
  server = await startEmbeddedS3();
  const { endpoint, accessKeyId, secretAccessKey } = server;
  s3 = new S3Client({
    ...{ endpoint, region: 'us-east-1', credentials: { accessKeyId, secretAccessKey } },
  });
  await s3.send(new CreateBucketCommand({ Bucket }));
});
afterAll(async () => {
  s3.destroy();
  await server.stop();
});

const storeOf = (client = s3) =>
  new BlockStore({ s3: client, bucket: Bucket, runId: 'run', clock: new FakeClock() });

/** A block of its own for each test. */
function newBlock() {
  numbered += 1;
  return { table: rejectedActivity, accountId: `a-${numbered}`, day: '2026-01-31' };
}

const text = (stored: { readonly bytes: Uint8Array } | null) =>
  stored === null ? null : Buffer.from(stored.bytes).toString();

/** A client that does something instead of, before or after the n-th call of a kind. */
function intercepted(
  name: string,
  at: number,
  instead: (make: () => Promise<unknown>) => Promise<unknown>,
): S3Client {
  const { endpoint, accessKeyId, secretAccessKey } = server;
  const client = new S3Client({
    ...{ endpoint, region: 'us-east-1', credentials: { accessKeyId, secretAccessKey } },
  });
  let seen = 0;
  client.middlewareStack.add(
    (next, context) => async (args) => {
      if (context.commandName !== name) return next(args);
      seen += 1;
      return seen === at ? ((await instead(() => next(args))) as never) : next(args);
    },
    { step: 'finalizeRequest', priority: 'low', name: 'intercepted' },
  );
  return client;
}

const connectionLost = () =>
  Object.assign(new Error('socket hang up'), { code: 'ECONNRESET', name: 'TimeoutError' });

describe('a block', () => {
  it('is one immutable object a version, and a pointer with the address of the current one', async () => {
    const [store, block] = [storeOf(), newBlock()];
    expect(await store.get(block)).toBeNull();
    const first = (await store.replace(block, async () => Buffer.from('one'))) ?? '';
    const second = (await store.replace(block, async () => Buffer.from('two'))) ?? '';
    expect([versionNumber(first), versionNumber(second)]).toEqual([1, 2]);
    expect(second).toMatch(
      /^blocks\/rejected\/account_id=a-\d+\/dt=2026-01-31\/00000002-.+\.parquet$/,
    );
    const pointer = await s3.send(new GetObjectCommand({ Bucket, Key: pointerKey(block) }));
    expect(await pointer.Body?.transformToString()).toBe(`s3://lake/${second}\n`);
    expect(pointer.Metadata).toEqual({ 'run-id': 'run' });
    expect(text(await store.get(block))).toBe('two');
    expect(Buffer.from((await store.read(first)) ?? []).toString()).toBe('one');
    expect((await store.versions(block.table, block.accountId)).get(block.day)).toHaveLength(2);
  });

  it('keeps what another run stored meanwhile: who was slower does it again', async () => {
    const [store, block] = [storeOf(), newBlock()];
    let tries = 0;
    await store.replace(block, async (stored) => {
      tries += 1;
      if (tries === 1) await storeOf().replace(block, async () => Buffer.from('theirs'));
      return Buffer.from(`${text(stored) ?? ''} ours`);
    });
    expect(text(await store.get(block))).toBe('theirs ours');
    expect(tries).toBe(2);
  });

  it('gives up when it is changed each time', async () => {
    const [store, block] = [storeOf(), newBlock()];
    const always = store.replace(block, async () => {
      await storeOf().replace(block, async () => Buffer.from('theirs'));
      return Buffer.from('ours');
    });
    await expect(always).rejects.toBeInstanceOf(BlockConflictError);
    expect(text(await store.get(block))).toBe('theirs');
  });

  it.each([
    ['the version', 1],
    ['the pointer', 2],
  ])('is written once when the answer to the write of %s is lost', async (_, at) => {
    const block = newBlock();
    const store = storeOf(
      intercepted('PutObjectCommand', at, async (make) => {
        await make();
        throw connectionLost();
      }),
    );
    const written = await store.replace(block, async () => Buffer.from('bytes'));
    expect((await store.pointer(block))?.version).toBe(written);
    expect((await store.versions(block.table, block.accountId)).get(block.day)).toHaveLength(1);
  });

  it('is read whole when its version is superseded and removed between the two requests', async () => {
    const block = newBlock();
    const old = (await storeOf().replace(block, async () => Buffer.from('old'))) ?? '';
    const store = storeOf(
      intercepted('GetObjectCommand', 2, async (make) => {
        await storeOf().replace(block, async () => Buffer.from('new'));
        await s3.send(new DeleteObjectCommand({ Bucket, Key: old }));
        return make();
      }),
    );
    expect(text(await store.get(block))).toBe('new');
  });

  it('is never taken for empty when the version that its pointer names is gone', async () => {
    const [holder, store, block] = [storeOf(), storeOf(), newBlock()];
    const version = (await holder.replace(block, async () => Buffer.from('rows'))) ?? '';
    await s3.send(new DeleteObjectCommand({ Bucket, Key: version }));
    await expect(store.get(block)).rejects.toBeInstanceOf(BlockLostError);
    const replaced = store.replace(block, async () => Buffer.from('less'));
    await expect(replaced).rejects.toThrow(version);
    // Who wrote it has it still.
    await holder.replace(block, async (stored) => Buffer.from(`${text(stored)} and more`));
    expect(text(await store.get(block))).toBe('rows and more');
  });

  it('holds 16 MB, of each block the version that came last', () => {
    const held = new HeldVersions();
    const megabytes = (count: number) => new Uint8Array(count * 1_024 * 1_024);
    const holding = (keys: readonly string[]) => keys.filter((key) => held.get(key) !== null);
    held.hold('a/1', megabytes(6));
    held.hold('b/1', megabytes(4));
    held.hold('a/2', megabytes(12));
    expect(holding(['a/1', 'a/2', 'b/1'])).toEqual(['a/2', 'b/1']);
    held.hold('c/1', megabytes(1));
    held.hold('d/1', megabytes(17));
    expect(holding(['a/2', 'b/1', 'c/1', 'd/1'])).toEqual(['a/2', 'c/1']);
  });

  it.each([
    ' ',
    'PAR1',
    's3://lake/landing/x.json.gz\n',
    's3://lake/blocks/rejected/account_id=b/x\n',
  ])('refuses a pointer that says %j', async (words) => {
    const block = newBlock();
    await s3.send(new PutObjectCommand({ Bucket, Key: pointerKey(block), Body: words }));
    await expect(storeOf().get(block)).rejects.toBeInstanceOf(EvidenceError);
  });
});
