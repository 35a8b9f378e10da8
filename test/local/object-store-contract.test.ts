import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  ListObjectVersionsCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
} from '@aws-sdk/client-s3';
import { systemClock } from '../../shared/clock.ts';
import { startEmbeddedS3 } from './embedded-s3.ts';

interface ObjectStoreUnderTest {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  stop(): Promise<void>;
}

/** What the product relies on in S3. Every store it is run on must pass all of it. */
function describeObjectStoreContract(name: string, start: () => Promise<ObjectStoreUnderTest>) {
  describe(`the object store contract on ${name}`, () => {
    let store: ObjectStoreUnderTest;
    let s3: S3Client;
    let bucket: string;
    let buckets = 0;

    beforeAll(async () => {
      store = await start();
      s3 = new S3Client({
        endpoint: store.endpoint,
        region: 'us-east-1',
        forcePathStyle: true,
        credentials: store,
      });
    });

    afterAll(async () => {
      s3.destroy();
      await store.stop();
    });

    beforeEach(async () => {
      bucket = `contract-${randomBytes(4).toString('hex')}-${buckets++}`;
      await s3.send(new CreateBucketCommand({ Bucket: bucket }));
    });

    const put = (
      key: string,
      body: string | Uint8Array,
      more: Partial<PutObjectCommandInput> = {},
    ) =>
      s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: Buffer.from(body), ...more }));

    const get = async (key: string, more: Partial<GetObjectCommandInput> = {}) => {
      const object = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key, ...more }));
      return { ...object, bytes: Buffer.from((await object.Body?.transformToByteArray()) ?? []) };
    };

    const textOf = async (key: string) => (await get(key)).bytes.toString();

    const head = (key: string) => s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));

    const remove = (key: string, IfMatch?: string) =>
      s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key, IfMatch }));

    const list = (more: Partial<ListObjectsV2CommandInput> = {}) =>
      s3.send(new ListObjectsV2Command({ Bucket: bucket, ...more }));

    /** Name and status of the error a call must end with. */
    const errorOf = async (call: Promise<unknown>) => {
      const error = await call.then(
        () => undefined,
        (error) => error,
      );
      return [error?.name, error?.$metadata?.httpStatusCode];
    };

    const md5 = (body: string | Uint8Array) => `"${createHash('md5').update(body).digest('hex')}"`;

    it('gives back what was put, under the quoted MD5 as ETag', async () => {
      const beforeMs = systemClock.now();
      const { ETag } = await put('a/b.txt', 'hello', { ContentType: 'text/plain' });
      const object = await get('a/b.txt');
      expect(object.bytes.toString()).toBe('hello');
      expect([ETag, object.ETag]).toEqual([md5('hello'), md5('hello')]);
      expect(object.ContentType).toBe('text/plain');
      expect(object.ContentLength).toBe(5);
      // In whole seconds.
      const storedMs = object.LastModified?.getTime() ?? 0;
      expect(storedMs).toBeGreaterThan(beforeMs - 1_000);
      expect(storedMs).toBeLessThanOrEqual(systemClock.now());
    });

    it('keeps an empty object', async () => {
      await put('empty', '');
      expect((await head('empty')).ContentLength).toBe(0);
      expect(await textOf('empty')).toBe('');
    });

    it('keeps 20 MB byte for byte', async () => {
      const bytes = randomBytes(20 * 1024 * 1024);
      await put('large', bytes);
      const object = await get('large');
      expect(object.ETag).toBe(md5(bytes));
      expect(object.bytes.equals(bytes)).toBe(true);
    });

    it('takes a stream, which the SDK frames as aws-chunked, without the frames', async () => {
      const bytes = randomBytes(200_000);
      await put('stream', '', {
        Body: Readable.from([bytes.subarray(0, 70_001), bytes.subarray(70_001)]),
        ContentLength: bytes.length,
        ContentEncoding: 'gzip',
      });
      const object = await get('stream');
      expect(object.bytes.equals(bytes)).toBe(true);
      expect(object.ContentEncoding).toBe('gzip');
    });

    it('accepts a right checksum, before the body and behind it', async () => {
      const ChecksumAlgorithm = 'CRC32';
      await put('summed', 'some text', { ChecksumAlgorithm });
      await put('streamed', '', {
        Body: Readable.from([Buffer.from('some text')]),
        ContentLength: 9,
        ChecksumAlgorithm,
      });
      expect([await textOf('summed'), await textOf('streamed')]).toEqual([
        'some text',
        'some text',
      ]);
    });

    it('overwrites bytes and metadata together', async () => {
      await put('key', 'old', { Metadata: { 'run-id': '1', only: 'old' } });
      await put('key', 'new', { Metadata: { 'run-id': '2' } });
      const object = await get('key');
      expect(object.bytes.toString()).toBe('new');
      expect(object.Metadata).toEqual({ 'run-id': '2' });
    });

    it('replaces the metadata when the same bytes are put again', async () => {
      await put('key', 'same', { Metadata: { 'run-id': '1' } });
      await put('key', 'same', { Metadata: { 'run-id': '2' } });
      expect((await head('key')).Metadata).toEqual({ 'run-id': '2' });
    });

    it('gives user metadata back as it was sent, on GET and HEAD', async () => {
      const metadata = {
        'pulled-at': '2026-11-02T08:00:00.000Z',
        percent: encodeURIComponent('Zürich 100 % & 東京 😀'),
        odd: 'a=b; "c", <d> \\ ~',
      };
      await put('key', 'x', { Metadata: metadata });
      expect((await head('key')).Metadata).toEqual(metadata);
      expect((await get('key')).Metadata).toEqual(metadata);
    });

    it.each([
      ['bytes=2-4', '234', 'bytes 2-4/10'],
      ['bytes=7-', '789', 'bytes 7-9/10'],
      ['bytes=-3', '789', 'bytes 7-9/10'],
      ['bytes=-30', '0123456789', 'bytes 0-9/10'],
      ['bytes=8-100', '89', 'bytes 8-9/10'],
      ['bytes=0-0', '0', 'bytes 0-0/10'],
    ])('answers the range %s', async (range, expected, contentRange) => {
      await put('digits', '0123456789');
      const object = await get('digits', { Range: range });
      expect(object.bytes.toString()).toBe(expected);
      expect(object.ContentRange).toBe(contentRange);
      expect(object.$metadata.httpStatusCode).toBe(206);
    });

    it('refuses a range that begins after the end', async () => {
      await put('digits', '0123456789');
      expect(await errorOf(get('digits', { Range: 'bytes=10-' }))).toEqual(['InvalidRange', 416]);
    });

    it('tells what is missing by name', async () => {
      expect(await errorOf(get('missing'))).toEqual(['NoSuchKey', 404]);
      expect(await errorOf(head('missing'))).toEqual(['NotFound', 404]);
      expect(
        await errorOf(s3.send(new GetObjectCommand({ Bucket: 'no-such-bucket', Key: 'k' }))),
      ).toEqual(['NoSuchBucket', 404]);
      expect(await errorOf(s3.send(new HeadBucketCommand({ Bucket: 'no-such-bucket' })))).toEqual([
        'NotFound',
        404,
      ]);
      expect((await s3.send(new HeadBucketCommand({ Bucket: bucket }))).$metadata).toMatchObject({
        httpStatusCode: 200,
      });
    });

    it('reads on condition', async () => {
      const { ETag } = await put('key', 'one');
      expect((await get('key', { IfNoneMatch: '"other"' })).bytes.toString()).toBe('one');
      expect((await errorOf(get('key', { IfNoneMatch: ETag })))[1]).toBe(304);
      expect(await errorOf(get('key', { IfMatch: md5('two') }))).toEqual([
        'PreconditionFailed',
        412,
      ]);
      expect((await get('key', { IfMatch: ETag })).bytes.toString()).toBe('one');
    });

    it('reads on condition of its date, in whole seconds', async () => {
      await put('key', 'one');
      const modified = (await head('key')).LastModified as Date;
      const before = new Date(modified.getTime() - 1_000);
      expect((await errorOf(get('key', { IfModifiedSince: modified })))[1]).toBe(304);
      expect((await get('key', { IfModifiedSince: before })).bytes.toString()).toBe('one');
      expect((await get('key', { IfUnmodifiedSince: modified })).bytes.toString()).toBe('one');
      expect((await errorOf(get('key', { IfUnmodifiedSince: before })))[1]).toBe(412);
    });

    it('tells of an object what GET would, and of a part of it', async () => {
      const { ETag } = await put('key', '0123456789');
      const input = { Bucket: bucket, Key: 'key' };
      const whole = new HeadObjectCommand({ ...input, ChecksumMode: 'ENABLED' });
      expect(await s3.send(whole)).toMatchObject({ ContentLength: 10, ETag });
      const part = new HeadObjectCommand({ ...input, Range: 'bytes=-4' });
      expect(await s3.send(part)).toMatchObject({ ContentLength: 4, ETag });
    });

    it('tells which buckets there are, and where', async () => {
      const { Buckets } = await s3.send(new ListBucketsCommand({}));
      expect(Buckets?.map(({ Name }) => Name)).toContain(bucket);
      const { LocationConstraint } = await s3.send(
        new GetBucketLocationCommand({ Bucket: bucket }),
      );
      // What stands for us-east-1.
      expect(LocationConstraint ?? '').toBe('');
    });

    it('creates with If-None-Match only where nothing is', async () => {
      await put('key', 'first', { IfNoneMatch: '*' });
      expect(await errorOf(put('key', 'second', { IfNoneMatch: '*' }))).toEqual([
        'PreconditionFailed',
        412,
      ]);
      expect(await textOf('key')).toBe('first');
      await remove('key');
      await put('key', 'third', { IfNoneMatch: '*' });
      expect(await textOf('key')).toBe('third');
    });

    it('swaps with If-Match only the version that was read', async () => {
      const first = await put('key', 'first');
      const second = await put('key', 'second', { IfMatch: first.ETag as string });
      expect(await errorOf(put('key', 'lost', { IfMatch: first.ETag as string }))).toEqual([
        'PreconditionFailed',
        412,
      ]);
      expect(await textOf('key')).toBe('second');
      await put('key', 'third', { IfMatch: second.ETag as string });
      expect(await textOf('key')).toBe('third');
      expect(await errorOf(put('missing', 'x', { IfMatch: first.ETag as string }))).toEqual([
        'NoSuchKey',
        404,
      ]);
    });

    it('deletes with If-Match only the version that was read', async () => {
      const first = await put('key', 'first');
      await put('key', 'second', { Metadata: { kept: 'yes' } });
      expect(await errorOf(remove('key', first.ETag))).toEqual(['PreconditionFailed', 412]);
      const second = await get('key');
      expect([second.bytes.toString(), second.Metadata]).toEqual(['second', { kept: 'yes' }]);
      expect((await remove('key', second.ETag)).$metadata.httpStatusCode).toBe(204);
      expect(await errorOf(get('key'))).toEqual(['NoSuchKey', 404]);
      expect(await errorOf(remove('key', second.ETag))).toEqual(['NoSuchKey', 404]);
    });

    const settle = async (puts: Promise<unknown>[]) => {
      const outcomes = await Promise.allSettled(puts);
      const winners = outcomes.flatMap(({ status }, at) => (status === 'fulfilled' ? [at] : []));
      const losers = outcomes.flatMap((outcome) =>
        outcome.status === 'rejected' ? [outcome.reason.$metadata?.httpStatusCode] : [],
      );
      return { winners, losers };
    };

    it('lets one of 20 concurrent creations win, and it is the one stored', async () => {
      const { winners, losers } = await settle(
        Array.from({ length: 20 }, (_, i) =>
          put('key', `writer ${i}`, { IfNoneMatch: '*', Metadata: { writer: `${i}` } }),
        ),
      );
      expect(winners).toHaveLength(1);
      expect(losers.every((status) => status === 412 || status === 409)).toBe(true);
      const object = await get('key');
      expect(object.bytes.toString()).toBe(`writer ${winners[0]}`);
      expect(object.Metadata).toEqual({ writer: `${winners[0]}` });
    });

    it('lets one of 20 concurrent swaps win', async () => {
      const { ETag } = await put('key', 'before');
      const { winners, losers } = await settle(
        Array.from({ length: 20 }, (_, i) =>
          put('key', `writer ${i}`, { IfMatch: ETag as string }),
        ),
      );
      expect(winners).toHaveLength(1);
      expect(losers.every((status) => status === 412 || status === 409)).toBe(true);
      expect(await textOf('key')).toBe(`writer ${winners[0]}`);
    });

    it('lets either the swap or the removal of a version win, never both', async () => {
      for (let round = 0; round < 20; round += 1) {
        const { ETag } = await put('key', `before ${round}`);
        const swap = () => put('key', `after ${round}`, { IfMatch: ETag as string });
        const removal = () => remove('key', ETag);
        // Which is sent first changes from round to round.
        const { winners, losers } = await settle(
          (round % 2 ? [swap, removal] : [removal, swap]).map((call) => call()),
        );
        expect(winners).toHaveLength(1);
        expect([404, 409, 412]).toContain(losers[0]);
        const hasSwapped = winners[0] === (round % 2 ? 0 : 1);
        const stored = await textOf('key').catch((error: Error) => error.name);
        expect(stored).toBe(hasSwapped ? `after ${round}` : 'NoSuchKey');
      }
    });

    it('reads bytes and metadata of one version while it is overwritten', async () => {
      await put('key', 'version 0', { Metadata: { version: '0' } });
      let isWriting = true;
      const writing = (async () => {
        for (let i = 1; i <= 40; i++) {
          await put('key', `version ${i}`, { Metadata: { version: `${i}` } });
        }
        isWriting = false;
      })();
      while (isWriting) {
        const object = await get('key');
        expect(object.bytes.toString()).toBe(`version ${object.Metadata?.version}`);
      }
      await writing;
    });

    it('keeps keys apart that need escaping', async () => {
      const keys = [
        'account_id=7/dt=2026-11-02/activity.parquet',
        'with space/and  two',
        'plus+sign',
        'percent%20literal',
        'question?mark',
        'ünïcode/東京/😀',
        'quotes\'"<&>',
        'colon:2026-11-02T08:00:00Z',
        '~.-_!*()',
      ];
      for (const key of keys) await put(key, `content of ${key}`);
      for (const key of keys) expect(await textOf(key)).toBe(`content of ${key}`);
      const listed = (await list()).Contents?.map(({ Key }) => Key);
      expect(listed).toEqual([...keys].sort(byBytes));
    });

    it('lists keys in the order of their bytes, with size and ETag', async () => {
      const keys = ['a/1', 'a-1', 'a1', 'a.1', 'a/b/c', 'B', 'é', '\u{1F600}', '\uFFFD'];
      for (const key of keys) await put(key, key);
      const { Contents } = await list();
      expect(Contents?.map(({ Key, Size, ETag }) => [Key, Size, ETag])).toEqual(
        [...keys].sort(byBytes).map((key) => [key, Buffer.byteLength(key), md5(key)]),
      );
    });

    it('lists page after page, each key once', async () => {
      const keys = Array.from({ length: 53 }, (_, i) => `p/${String(i).padStart(3, '0')}/x`);
      await Promise.all([...keys, 'o/x', 'q/x'].map((key) => put(key, 'x')));
      const found: (string | undefined)[] = [];
      const sizes: (number | undefined)[] = [];
      let token: string | undefined;
      do {
        const page = await list({ Prefix: 'p/', MaxKeys: 10, ContinuationToken: token });
        found.push(...(page.Contents ?? []).map(({ Key }) => Key));
        sizes.push(page.KeyCount);
        expect(page.IsTruncated).toBe(page.NextContinuationToken !== undefined);
        token = page.NextContinuationToken;
      } while (token !== undefined);
      expect(found).toEqual(keys);
      expect(sizes).toEqual([10, 10, 10, 10, 10, 3]);
    });

    it('ends the listing with a page that is exactly full', async () => {
      for (const key of ['a', 'b', 'c']) await put(key, 'x');
      const page = await list({ MaxKeys: 3 });
      expect([page.IsTruncated, page.KeyCount]).toEqual([false, 3]);
    });

    it('lists after a key', async () => {
      for (const key of ['a', 'b/1', 'b/2', 'c']) await put(key, 'x');
      const { Contents } = await list({ StartAfter: 'b/1' });
      expect(Contents?.map(({ Key }) => Key)).toEqual(['b/2', 'c']);
    });

    it('groups keys by delimiter, across pages too', async () => {
      for (const key of ['t/a/1', 't/a/2', 't/b', 't/c/1', 't/c/2', 't/d']) await put(key, 'x');
      const found: string[] = [];
      let token: string | undefined;
      do {
        const page = await list({
          Prefix: 't/',
          Delimiter: '/',
          MaxKeys: 1,
          ContinuationToken: token,
        });
        found.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => `${Prefix} (folder)`));
        found.push(...(page.Contents ?? []).map(({ Key }) => `${Key}`));
        token = page.NextContinuationToken;
      } while (token !== undefined);
      expect(found).toEqual(['t/a/ (folder)', 't/b', 't/c/ (folder)', 't/d']);
    });

    it('lists as before V2 too: page after page by marker, with owners', async () => {
      const keys = ['t/a/1', 't/a/2', 't/b', 't/c d/1', 't/é'];
      for (const key of keys) await put(key, 'x');
      const found: (string | undefined)[] = [];
      let marker: string | undefined;
      do {
        const input = { Bucket: bucket, Prefix: 't/', MaxKeys: 2, Marker: marker };
        const { Contents = [], IsTruncated } = await s3.send(new ListObjectsCommand(input));
        found.push(...Contents.map(({ Key }) => Key));
        for (const { Owner } of Contents) expect(Owner?.ID).toMatch(/./);
        marker = IsTruncated ? Contents.at(-1)?.Key : undefined;
      } while (marker !== undefined);
      expect(found).toEqual(keys);
      const folders = { Bucket: bucket, Prefix: 't/', Delimiter: '/' };
      const { CommonPrefixes } = await s3.send(new ListObjectsCommand(folders));
      expect(CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['t/a/', 't/c d/']);
    });

    it('lists with the owner where it is asked for, and keys as they stand in URLs', async () => {
      await put('with space/ü+&', 'x');
      const ownerOf = async (more: Partial<ListObjectsV2CommandInput>) =>
        (await list({ OptionalObjectAttributes: ['RestoreStatus'], ...more })).Contents?.[0]?.Owner;
      expect((await ownerOf({ FetchOwner: true }))?.ID).toMatch(/./);
      expect(await ownerOf({})).toBeUndefined();
      const { Contents, EncodingType } = await list({ EncodingType: 'url' });
      expect(EncodingType).toBe('url');
      const key = decodeURIComponent(`${Contents?.[0]?.Key}`.replaceAll('+', ' '));
      expect(key).toBe('with space/ü+&');
    });

    it('lists nothing under a prefix without keys', async () => {
      await put('a', 'x');
      const { Contents, KeyCount, IsTruncated } = await list({ Prefix: 'b' });
      expect([Contents ?? [], KeyCount, IsTruncated]).toEqual([[], 0, false]);
    });

    it('lists the one version that each object has, and removes it by its name', async () => {
      await put('b', 'x');
      await put('a', 'x');
      const versions = async () =>
        (await s3.send(new ListObjectVersionsCommand({ Bucket: bucket }))).Versions ?? [];
      const found = (await versions()).map(({ Key, VersionId, IsLatest }) => [
        ...[Key, VersionId, IsLatest],
      ]);
      expect(found).toEqual([
        ['a', 'null', true],
        ['b', 'null', true],
      ]);
      await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'a', VersionId: 'null' }));
      expect((await versions()).map(({ Key }) => Key)).toEqual(['b']);
    });

    it('forgets what is deleted, and deletes what is not there', async () => {
      await put('key', 'x', { Metadata: { old: 'yes' } });
      await remove('key');
      expect(await errorOf(get('key'))).toEqual(['NoSuchKey', 404]);
      expect((await list()).KeyCount).toBe(0);
      await remove('key');
      await put('key', 'x');
      expect((await head('key')).Metadata).toEqual({});
    });
  });
}

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

describeObjectStoreContract('the embedded S3', startEmbeddedS3);

const otherEndpoint = process.env.S3_CONTRACT_ENDPOINT;
if (otherEndpoint !== undefined) {
  describeObjectStoreContract(otherEndpoint, async () => ({
    endpoint: otherEndpoint,
    accessKeyId: process.env.AWS_ACCESS_KEY_ID ?? 'any',
    secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY ?? 'any',
    stop: async () => {},
  }));
}
