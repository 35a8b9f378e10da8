import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CredentialsAwaitedError, CredentialsError } from '../../../shared/errors.ts';
import { credentialsWanted } from '../../../shared/settings.ts';
import { parseCredentials, SecretCredentials } from '../../../shared/smartassist/credentials.ts';

const CLIENT = { clientId: 'cs-1', clientSecret: 's3cr3t-value' };
const JWT = { jwt: 'eyJh.eyJi.c2ln' };

function refused(text: string): CredentialsError {
  try {
    parseCredentials(text, 'Secret "x"');
  } catch (error) {
    return error as CredentialsError;
  }
  throw new Error('It should have been refused.');
}

/** As editors and shells of all systems save it. */
const ENCODED: readonly [string, (text: string) => Uint8Array][] = (
  [
    ['UTF-8', (text) => Buffer.from(text)],
    ['UTF-16, little-endian', (text) => Buffer.from(text, 'utf16le')],
    ['UTF-16, big-endian', (text) => Buffer.from(text, 'utf16le').swap16()],
  ] as [string, (text: string) => Uint8Array][]
).flatMap(([name, encode]) => [
  [name, encode],
  [`${name}, with a byte order mark`, (text) => encode(`\ufeff${text}`)],
]);

describe('the bytes of a file or of a binary secret', () => {
  it.each(ENCODED)('may be %s', async (_, encode) => {
    const value = { clientId: 'cs-1', clientSecret: 'gehëim — 秘密' };
    for (const text of [JSON.stringify(value), `\r\n${JSON.stringify(value, null, 2)}\r\n`]) {
      expect(parseCredentials(encode(text), 'File')).toEqual(value);
      const secrets = { send: async () => ({ SecretBinary: encode(text) }) } as never;
      const stored = new SecretCredentials({ secrets, secretId: 'x' });
      expect(await stored.current()).toEqual(value);
    }
  });

  it('may not be what is no text', () => {
    const bytes = Buffer.from(JSON.stringify(CLIENT));
    bytes[20] = 0xe9;
    expect(() => parseCredentials(bytes, 'File')).toThrow(/neither UTF-8 nor UTF-16/);
  });
});

describe('the JSON of the secret', () => {
  it.each([CLIENT, { ...CLIENT, sub: 'someone' }, JWT])('may be %j', (value) => {
    expect(parseCredentials(JSON.stringify(value), 'Secret')).toEqual(value);
  });

  it.each<[string, string]>([
    ['', 'it is empty'],
    [' \n', 'it is empty'],
    ['s3cr3t-value', 'it is not JSON'],
    ['{"clientId": "cs-1", "clientSecret": "s3cr3t-value"', 'it is not JSON'],
    ['"s3cr3t-value"', 'not an object'],
    ['["s3cr3t-value"]', 'not an object'],
    ['null', 'not an object'],
    ['{}', 'the field clientId is missing'],
    ['{"clientID": "cs-1", "clientSecret": "s3cr3t-value"}', 'the field clientId is missing'],
    ['{"clientId": "cs-1"}', 'the field clientSecret is missing'],
    ['{"clientId": "cs-1", "clientSecret": " "}', 'the field clientSecret is blank'],
    ['{"clientId": "cs-1", "clientSecret": "s3cr3t-value\\n"}', 'the field clientSecret begins or'],
    ['{"clientId": "cs-1", "clientSecret": 5318008}', 'the field clientSecret is not text'],
    ['{"clientId": null, "clientSecret": "s3cr3t-value"}', 'the field clientId is not text'],
    ['{"clientId": "<client id>", "clientSecret": "s3cr3t-value"}', 'clientId still holds'],
    ['{"clientId": "cs-1", "clientSecret": "REPLACE_ME"}', 'clientSecret still holds'],
    ['{"clientId": "cs-1", "clientSecret": "s3cr3t-value", "sub": ""}', 'the field sub is blank'],
    [
      '{"clientId": "cs-1", "clientSecret": "s3cr3t-value", "host": "h"}',
      'the field host that does',
    ],
    ['{"clientId": "cs-1", "clientSecret": "a", "s3cr3t-value": "b"}', 'it has a field that does'],
    ['{"jwt": "eyJh.eyJi.c2ln", "clientId": "cs-1"}', 'the field clientId that does not'],
    ['{"jwt": "Bearer s3cr3t-value"}', 'the field jwt is not a token'],
    ['{"jwt": "s3cr3t-value\\r\\nx: y"}', 'the field jwt is not a token'],
    ['{"jwt": "<token>"}', 'the field jwt still holds a placeholder'],
  ])('may not be %j', (text, problem) => {
    const error = refused(text);
    expect(error).toBeInstanceOf(CredentialsError);
    expect(error.message).toContain('Secret "x": ');
    expect(error.message).toContain(problem);
    expect(error.message).toContain(credentialsWanted);
    expect(inspect(error, { depth: null, showHidden: true })).not.toMatch(/s3cr3t|5318008|cs-1/);
  });

  it('is not taken when it is the example of the message', () => {
    for (const [example] of credentialsWanted.matchAll(/\{.*?\}/g)) {
      expect(refused(example).message).toContain('placeholder');
    }
  });
});

describe('credentials in Secrets Manager', () => {
  type Reply = readonly [status: number, body: string];
  const value = (secret: object): Reply => [
    200,
    JSON.stringify({ ARN: 'arn', Name: 'x', SecretString: JSON.stringify(secret) }),
  ];
  const fault = (name: string, message: string): Reply => [
    400,
    JSON.stringify({ __type: name, Message: message }),
  ];

  let replies: Reply[];
  let asked: unknown[];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      asked.push(JSON.parse(Buffer.concat(chunks).toString()));
      const [status, body] =
        replies.length > 1 ? (replies.shift() as Reply) : (replies[0] as Reply);
      response.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.1' }).end(body);
    });
  });
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });

  function secret(...script: Reply[]): SecretCredentials {
    replies = script;
    asked = [];
    const secrets = new SecretsManagerClient({
      region: 'eu-central-1',
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      credentials: { accessKeyId: 'AKID', secretAccessKey: 'KEY' },
      maxAttempts: 1,
    });
    return new SecretCredentials({ secrets, secretId: 'kore/acc-1' });
  }

  it('are read once, however many ask', async () => {
    const credentials = secret(value(CLIENT));
    const read = await Promise.all([credentials.current(), credentials.current()]);
    expect([...read, await credentials.current()]).toEqual([CLIENT, CLIENT, CLIENT]);
    expect(asked).toEqual([{ SecretId: 'kore/acc-1' }]);
  });

  it('are read again when asked to, and then kept', async () => {
    const credentials = secret(value(CLIENT), value(JWT));
    await credentials.current();
    expect(await credentials.refresh()).toEqual(JWT);
    expect(await credentials.current()).toEqual(JWT);
    expect(asked).toHaveLength(2);
  });

  it('are read again after a reading that failed', async () => {
    const credentials = secret(fault('InternalServiceError', 'oops'), value(CLIENT));
    await expect(credentials.current()).rejects.toBeInstanceOf(CredentialsError);
    expect(await credentials.current()).toEqual(CLIENT);
  });

  it.each<[string, Reply]>([
    [
      'that has no value',
      fault(
        'ResourceNotFoundException',
        "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
      ),
    ],
    ['whose value is empty', [200, '{"Name": "x", "SecretString": ""}']],
  ])('are awaited while they come from a secret %s', async (_, reply) => {
    const error = await secret(reply)
      .current()
      .catch((thrown) => thrown);
    expect(error).toBeInstanceOf(CredentialsAwaitedError);
    expect(error.message).toContain(credentialsWanted);
    expect(error.nextAction).toContain('Store the credentials');
  });

  it.each<[string, Reply, string, string]>([
    [
      'that is binary and no JSON',
      [200, '{"Name": "x", "SecretBinary": "AAAA"}'],
      'not JSON',
      'Correct',
    ],
    [
      'that does not exist',
      fault('ResourceNotFoundException', "Secrets Manager can't find the specified secret."),
      'no such secret',
      'region',
    ],
    [
      'it may not read',
      fault('AccessDeniedException', 'User: arn:aws:x is not authorized to perform: y'),
      'arn:aws:x is not authorized',
      'secretsmanager:GetSecretValue',
    ],
    ['that is in deletion', fault('InvalidRequestException', 'marked'), 'marked', 'Check'],
    ['whose answer is cut', [200, '{"SecretString": "{\\"jwt\\": \\"s3cr3t'], 'Error', 'Check'],
  ])('say what is wrong with a secret %s', async (_, reply, problem, hint) => {
    const error = await secret(reply)
      .current()
      .catch((thrown) => thrown);
    expect(error).toBeInstanceOf(CredentialsError);
    expect(error.message).toContain('"kore/acc-1"');
    expect(error.message).toContain(problem);
    expect(error.nextAction).toContain(hint);
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain('s3cr3t');
  });

  it('say so when nobody answers', async () => {
    const secrets = new SecretsManagerClient({
      region: 'eu-central-1',
      endpoint: 'http://127.0.0.1:1',
      credentials: { accessKeyId: 'AKID', secretAccessKey: 'KEY' },
      maxAttempts: 1,
    });
    const credentials = new SecretCredentials({ secrets, secretId: 'kore/acc-1' });
    await expect(credentials.current()).rejects.toThrow(/Secrets Manager did not give it/);
  });
});
