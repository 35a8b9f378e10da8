import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedS3 } from './embedded-s3.ts';

let root: string;
let s3: Awaited<ReturnType<typeof startEmbeddedS3>>;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 's3-server-'));
  mkdirSync(join(root, 's3'));
  s3 = await startEmbeddedS3(join(root, 's3'));
  await send('PUT', '/lake');
});

afterAll(async () => {
  await s3.stop();
  rmSync(root, { recursive: true });
});

interface Answer {
  readonly status: number;
  /** The error code in the body, if it is an error. */
  readonly code: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const signedBy = (accessKeyId: string) =>
  `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20261102/us-east-1/s3/aws4_request, ` +
  'SignedHeaders=host, Signature=0';

/** The body is written in the given pieces, each in a packet of its own. */
function send(
  method: string,
  path: string,
  headers: Record<string, string | number> = {},
  pieces: readonly string[] = [],
  agent?: Agent,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sending = request(
      `${s3.endpoint}`,
      {
        method,
        path,
        agent,
        headers: {
          authorization: signedBy(s3.accessKeyId),
          'content-length': Buffer.byteLength(pieces.join('')),
          ...headers,
        },
      },
      async (response) => {
        let body = '';
        for await (const part of response.setEncoding('utf8')) body += part;
        resolve({
          status: response.statusCode ?? 0,
          code: /<Code>(\w+)<\/Code>/.exec(body)?.[1],
          headers: response.headers,
          body,
        });
      },
    );
    sending.on('error', reject);
    sending.setNoDelay(true);
    for (const piece of pieces) sending.write(piece);
    sending.end();
  });
}

const put = (path: string, body: string, headers: Record<string, string | number> = {}) =>
  send('PUT', path, headers, [body]);

const outcome = ({ status, code }: Answer) => [status, code];

const nothingStaged = async () => {
  while (readdirSync(join(s3.folder, '.tmp')).length > 0) {
    await new Promise((resolve) => setImmediate(resolve));
  }
};

describe('who is served', () => {
  it.each([
    ['without a signature', '', 'AccessDenied'],
    ['with another access key', signedBy('AKIDEXAMPLE'), 'InvalidAccessKeyId'],
    ['with the key as mere text', 'Bearer Credential=', 'AccessDenied'],
  ])('refuses a request %s', async (_, authorization, code) => {
    await put('/lake/private', 'secret');
    for (const method of ['GET', 'PUT', 'DELETE']) {
      expect(outcome(await send(method, '/lake/private', { authorization }))).toEqual([403, code]);
    }
    expect((await send('GET', '/lake/private')).body).toBe('secret');
  });

  it('refuses a key that only begins like ours', async () => {
    const authorization = signedBy(s3.accessKeyId.slice(0, -1));
    expect((await send('GET', '/lake/private', { authorization })).code).toBe('InvalidAccessKeyId');
  });
});

describe('a PUT that is not whole or not right', () => {
  it('keeps the old object when it breaks off', async () => {
    await put('/lake/broken', 'old', { 'x-amz-meta-version': 'old' });
    await new Promise<void>((resolve) => {
      const sending = request(s3.endpoint, {
        method: 'PUT',
        path: '/lake/broken',
        headers: { authorization: signedBy(s3.accessKeyId), 'content-length': 1_000_000 },
      });
      sending.on('error', () => resolve());
      sending.write('x'.repeat(300_000), async () => {
        while (readdirSync(join(s3.folder, '.tmp')).length === 0) {
          await new Promise((resolve) => setImmediate(resolve));
        }
        sending.destroy(new Error('broken off on purpose'));
      });
    });
    await nothingStaged();
    const { body, headers } = await send('GET', '/lake/broken');
    expect([body, headers['x-amz-meta-version']]).toEqual(['old', 'old']);
  });

  const sha = (bytes: string) => createHash('sha256').update(bytes).digest('hex');

  it.each([
    ['CRC32', { 'x-amz-checksum-crc32': 'AAAAAA==' }, 'BadDigest'],
    ['signed SHA256', { 'x-amz-content-sha256': sha('other') }, 'XAmzContentSHA256Mismatch'],
  ])('refuses a wrong %s', async (_, headers, code) => {
    await put('/lake/summed', 'old');
    expect(outcome(await put('/lake/summed', '123456789', headers))).toEqual([400, code]);
    expect((await send('GET', '/lake/summed')).body).toBe('old');
    expect(readdirSync(join(s3.folder, '.tmp'))).toEqual([]);
  });

  // The check value of "123456789" in the catalogue of CRC algorithms: cbf43926.
  it.each([
    ['x-amz-checksum-crc32', Buffer.from('cbf43926', 'hex').toString('base64')],
    ['x-amz-content-sha256', sha('123456789')],
  ])('accepts a right %s', async (name, value) => {
    expect((await put('/lake/summed', '123456789', { [name]: value })).status).toBe(200);
  });

  it.each([
    ['content-md5', 'AAAAAAAAAAAAAAAAAAAAAA=='],
    ['x-amz-checksum-crc64nvme', 'AAAAAAAAAAA='],
  ])('refuses a body with a %s, which it can’t compare', async (name, value) => {
    const answer = await put('/lake/unknown', 'x', { [name]: value });
    expect(outcome(answer)).toEqual([501, 'NotImplemented']);
    expect((await send('GET', '/lake/unknown')).status).toBe(404);
  });
});

describe('aws-chunked bodies', () => {
  const crc32 = `x-amz-checksum-crc32:${Buffer.from('cbf43926', 'hex').toString('base64')}`;
  const signature = `;chunk-signature=${'a'.repeat(64)}`;
  const unsigned = {
    'content-encoding': 'aws-chunked',
    'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    'x-amz-decoded-content-length': 9,
    'x-amz-trailer': 'x-amz-checksum-crc32',
  };
  const signed = {
    'content-encoding': 'gzip, aws-chunked',
    'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
    'x-amz-decoded-content-length': 9,
  };
  const signedWithTrailer = {
    ...signed,
    'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
    'x-amz-trailer': 'x-amz-checksum-crc32',
  };

  it.each([
    ['unsigned', unsigned, `4\r\n1234\r\n5\r\n56789\r\n0\r\n${crc32}\r\n\r\n`],
    ['signed', signed, `9${signature}\r\n123456789\r\n0${signature}\r\n\r\n`],
    [
      'signed with trailers',
      signedWithTrailer,
      `9${signature}\r\n123456789\r\n0${signature}\r\n${crc32}\r\nx-amz-trailer-signature:${'b'.repeat(64)}\r\n\r\n`,
    ],
  ])('stores the payload of an %s one, wherever packets cut it', async (_, headers, framed) => {
    for (const pieces of [[framed], [...framed], [framed.slice(0, 20), framed.slice(20)]]) {
      await send('DELETE', '/lake/framed');
      expect((await send('PUT', '/lake/framed', headers, pieces)).status).toBe(200);
      const stored = await send('GET', '/lake/framed');
      expect(stored.body).toBe('123456789');
      expect(stored.headers['content-encoding']).toBe(
        headers['content-encoding'] === 'aws-chunked' ? undefined : 'gzip',
      );
    }
  });

  it.each([
    ['a wrong trailer', '9\r\n123456780\r\n0\r\nTRAILER\r\n\r\n', 'BadDigest'],
    ['no announced trailer', '9\r\n123456789\r\n0\r\n\r\n', 'MalformedTrailerError'],
    ['fewer bytes than stated', '5\r\n12345\r\n0\r\nTRAILER\r\n\r\n', 'IncompleteBody'],
    ['more bytes than stated', 'a\r\n1234567890\r\n0\r\nTRAILER\r\n\r\n', 'IncompleteBody'],
    ['no last chunk', '9\r\n123456789\r\n', 'IncompleteBody'],
    ['a chunk that breaks off', '9\r\n1234', 'IncompleteBody'],
    ['trailers that break off', '9\r\n123456789\r\n0\r\nTRAILER\r\n', 'IncompleteBody'],
    ['no sizes', '123456789', 'IncompleteBody'],
    ['a size that is no number', 'nine\r\n123456789\r\n0\r\n\r\n', 'InvalidChunkFormatError'],
    ['a chunk over its size', '8\r\n123456789\r\n0\r\n\r\n', 'InvalidChunkFormatError'],
    [
      'bytes after the end',
      '9\r\n123456789\r\n0\r\nTRAILER\r\n\r\nmore',
      'InvalidChunkFormatError',
    ],
  ])('refuses one with %s and keeps the old object', async (_, framed, code) => {
    await put('/lake/framed', 'old');
    const body = framed.replace('TRAILER', crc32);
    expect(outcome(await put('/lake/framed', body, unsigned))).toEqual([400, code]);
    expect((await send('GET', '/lake/framed')).body).toBe('old');
  });
});

it('answers what is wrong with a body still coming, and then the next request', async () => {
  const body = 'x'.repeat(5_000_000);
  const headers = { 'content-encoding': 'aws-chunked', 'x-amz-decoded-content-length': 9 };
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const first = await send('PUT', '/lake/key', headers, [body], agent);
  expect(outcome(first)).toEqual([400, 'InvalidChunkFormatError']);
  expect((await send('HEAD', '/lake', {}, [], agent)).status).toBe(200);
  agent.destroy();
});

describe('keys and paths', () => {
  it.each([
    ['/lake/../escaped', 'InvalidArgument'],
    ['/lake/a/../../../escaped', 'InvalidArgument'],
    ['/lake/%2e%2e/%2e%2e/escaped', 'InvalidArgument'],
    ['/lake/..%2f..%2fescaped', 'InvalidArgument'],
    ['/lake/..%5c..%5cescaped', 'InvalidArgument'],
    ['/lake//escaped', 'InvalidArgument'],
    ['/lake/a//b', 'InvalidArgument'],
    ['/lake/a/', 'InvalidArgument'],
    ['/lake/./a', 'InvalidArgument'],
    ['/lake/nul%00byte', 'InvalidArgument'],
    [`/lake/${'n'.repeat(256)}`, 'InvalidArgument'],
    [`/lake/${'n/'.repeat(512)}n`, 'KeyTooLongError'],
    ['/lake/%zz', 'InvalidURI'],
    ['/.tmp/escaped', 'NoSuchBucket'],
    ['/.meta/lake/escaped', 'NoSuchBucket'],
    ['/../escaped', 'NoSuchBucket'],
    ['/%2e%2e%2fescaped/x', 'NoSuchBucket'],
  ])('never writes or reads at %s', async (path, code) => {
    const before = readdirSync(root, { recursive: true }).sort();
    for (const method of ['PUT', 'GET', 'DELETE']) {
      expect((await send(method, path)).code).toBe(code);
    }
    expect(readdirSync(root, { recursive: true }).sort()).toEqual(before);
    expect(existsSync(join(root, 'escaped'))).toBe(false);
  });

  it('makes no bucket with a name that leads elsewhere', async () => {
    for (const name of ['..', '.tmp', '%2e%2e%2fother', 'a..b', 'UPPER', 'ab']) {
      expect((await send('PUT', `/${name}`)).code).toBe('InvalidBucketName');
    }
  });

  it('refuses a key that is the folder of another, and one below an object', async () => {
    await put('/lake/tree/leaf', 'x');
    expect(outcome(await put('/lake/tree', 'x'))).toEqual([400, 'InvalidArgument']);
    expect(outcome(await put('/lake/tree/leaf/below', 'x'))).toEqual([400, 'InvalidArgument']);
    expect((await send('GET', '/lake/tree')).code).toBe('NoSuchKey');
    expect((await send('GET', '/lake/tree/leaf/below')).code).toBe('NoSuchKey');
    expect((await send('DELETE', '/lake/tree')).status).toBe(204);
    expect((await send('GET', '/lake/tree/leaf')).body).toBe('x');
  });

  it('keeps an object as an ordinary file of its name', async () => {
    await put('/lake/activity/account_id=7/dt=2026-11-02/activity.parquet', 'PAR1');
    const path = 'lake/activity/account_id=7/dt=2026-11-02/activity.parquet';
    expect(readFileSync(join(s3.folder, path), 'utf8')).toBe('PAR1');
  });
});

describe('what is not embedded', () => {
  it.each([
    ['GET', '/lake?versioning', {}],
    ['DELETE', '/lake', {}],
    ['POST', '/lake?delete', {}],
    ['POST', '/lake/key?uploads', {}],
    ['PUT', '/lake/key?partNumber=1&uploadId=2', {}],
    ['PUT', '/lake/key?tagging', {}],
    ['GET', '/lake/key?acl', {}],
    ['GET', '/lake/key?versionId=1', {}],
    ['PUT', '/lake/key', { 'x-amz-copy-source': '/lake/other' }],
    ['PUT', '/lake/key', { 'if-none-match': '"etag"' }],
    ['GET', '/lake?versions&delimiter=/', {}],
    ['GET', '/lake/key', { 'x-amz-request-payer': 'requester' }],
  ] as const)('answers 501 to %s %s %j', async (method, path, headers) => {
    expect(outcome(await send(method, path, headers))).toEqual([501, 'NotImplemented']);
  });
});

describe('what other readers of a lake send', () => {
  it('is answered: the headers of Trino’s and pyarrow’s clients', async () => {
    await put('/lake/key', 'x');
    const trino = { 'x-amz-optional-object-attributes': 'RestoreStatus' };
    expect((await send('GET', '/lake?list-type=2&prefix=key', trino)).body).toContain('<Key>key');
    expect((await send('HEAD', '/lake/key', { 'x-amz-api-version': '2006-03-01' })).status).toBe(
      200,
    );
  });

  it('is told an error’s code in an element without a namespace', async () => {
    const { body } = await send('GET', '/lake/missing');
    expect(body).toContain('<Error><Code>NoSuchKey</Code>');
  });

  it('finds the buckets, and where they are', async () => {
    const { body } = await send('GET', '/');
    expect(body).toMatch(
      /<Bucket><Name>lake<\/Name><CreationDate>20[^<]+Z<\/CreationDate><\/Bucket>/,
    );
    expect((await send('GET', '/lake?location')).body).toContain('<LocationConstraint');
    expect((await send('GET', '/none?location')).code).toBe('NoSuchBucket');
  });

  it('lists by marker, as before V2', async () => {
    for (const key of ['a/1', 'a/2', 'b/1', 'c']) await put(`/lake/v1/${key}`, 'x');
    const first = await send('GET', '/lake?prefix=v1/&delimiter=/&max-keys=2&encoding-type=url');
    expect(first.body).toContain('<NextMarker>v1/b/</NextMarker>');
    expect(first.body).not.toContain('KeyCount');
    expect((await send('GET', '/lake?prefix=v1/&delimiter=/&marker=')).body).toContain('v1/a/');
    const second = await send('GET', '/lake?prefix=v1/&delimiter=/&marker=v1/b/');
    expect(second.body).toContain('<Key>v1/c</Key>');
    expect(second.body).not.toContain('v1/b/1');
    expect(second.body).toContain('<IsTruncated>false');
  });

  it('is spared what it has, by date: of an ETag and a date the ETag decides', async () => {
    const etag = (await put('/lake/dated', 'x')).headers.etag as string;
    const modified = `${(await send('GET', '/lake/dated')).headers['last-modified']}`;
    const before = new Date(Date.parse(modified) - 1_000).toUTCString();
    const statusOf = async (headers: Record<string, string>) =>
      (await send('GET', '/lake/dated', headers)).status;
    expect(await statusOf({ 'if-modified-since': modified })).toBe(304);
    expect(await statusOf({ 'if-modified-since': before })).toBe(200);
    expect(await statusOf({ 'if-modified-since': 'yesterday' })).toBe(200);
    expect(await statusOf({ 'if-modified-since': before, 'if-none-match': etag })).toBe(304);
    expect(await statusOf({ 'if-unmodified-since': modified })).toBe(200);
    expect(await statusOf({ 'if-unmodified-since': before })).toBe(412);
    expect(await statusOf({ 'if-unmodified-since': before, 'if-match': etag })).toBe(200);
  });

  it('deletes what is still as it was, and nothing else', async () => {
    const etag = `${(await put('/lake/conditional', 'x')).headers.etag}`;
    const remove = (value: string) =>
      send('DELETE', '/lake/conditional', { 'if-match': value }).then(outcome);
    expect(await remove('"other"')).toEqual([412, 'PreconditionFailed']);
    expect(await remove(etag)).toEqual([204, undefined]);
    expect(await remove(etag)).toEqual([404, 'NoSuchKey']);
    await put('/lake/conditional', 'x');
    expect(await remove('*')).toEqual([204, undefined]);
  });
});

describe('odd requests', () => {
  it('asks for the length of a body', async () => {
    const answer = await send('PUT', '/lake/key', {
      'transfer-encoding': 'chunked',
      'content-length': '',
    }).catch((error) => error);
    expect(answer.status === 411 || answer.status === 400).toBe(true);
  });

  it('refuses metadata over 2 KB', async () => {
    const answer = await put('/lake/key', 'x', { 'x-amz-meta-long': 'm'.repeat(2045) });
    expect(outcome(answer)).toEqual([400, 'MetadataTooLarge']);
    expect((await put('/lake/key', 'x', { 'x-amz-meta-long': 'm'.repeat(2044) })).status).toBe(200);
  });

  it.each(['bytes=3-1', 'bytes=0-1,3-4', 'bytes=-', 'lines=1-2'])(
    'answers a range it does not serve (%s) with the whole object',
    async (range) => {
      await put('/lake/digits', '0123456789');
      const { status, body } = await send('GET', '/lake/digits', { range });
      expect([status, body]).toEqual([200, '0123456789']);
    },
  );

  it('refuses a continuation token and a page size it did not give or take', async () => {
    for (const wrong of ['continuation-token=%21', 'continuation-token=', 'max-keys=-1']) {
      expect((await send('GET', `/lake?list-type=2&${wrong}`)).code).toBe('InvalidArgument');
    }
  });

  it('encodes keys in a listing when asked to', async () => {
    await put('/lake/encoded/a%20b%2Bc%26', 'x');
    const { body } = await send('GET', '/lake?list-type=2&prefix=encoded/&encoding-type=url');
    expect(body).toContain('<Key>encoded/a%20b%2Bc%26</Key>');
  });
});
