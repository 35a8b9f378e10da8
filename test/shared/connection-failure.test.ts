import { once } from 'node:events';
import { createServer as createHttp } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { connect } from 'node:tls';
import { connectionFailure, knownConnectionFailure } from '../../shared/connection-failure.ts';
import { selfSigned } from './self-signed.ts';

const servers: Server[] = [];

/** @returns the port of 127.0.0.1 that it listens at */
async function listening(server: Server): Promise<number> {
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

/** A server that does something with whatever comes. */
const answering = (act: (socket: Socket) => void) =>
  listening(createServer((socket) => socket.on('error', () => {}).once('data', () => act(socket))));

const secured = (name: string, years: readonly [number, number]) => {
  const certificate = selfSigned(name, years);
  return { ca: certificate.cert, server: createHttps(certificate, (_, answer) => answer.end()) };
};

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function failureAt(url: string, signal: AbortSignal | null = null) {
  const error = await fetch(url, { signal })
    .then((answer) => answer.text())
    .then(
      () => null,
      (thrown: unknown) => thrown,
    );
  return connectionFailure(error, '--host');
}

describe('a connection that fails', () => {
  it('because nothing listens there', async () => {
    const closed = createServer();
    const port = await listening(closed);
    closed.close();
    expect(await failureAt(`http://127.0.0.1:${port}`)).toEqual({
      code: 'ECONNREFUSED',
      words: expect.stringContaining('nothing listens'),
      nextAction: expect.stringMatching(/--host and its port/),
    });
  });

  it('because the name does not exist, or nobody can be asked for it', async () => {
    const { code, nextAction } = await failureAt('http://smartassist.invalid');
    expect(code).toMatch(/^(ENOTFOUND|EAI_AGAIN)$/);
    expect(nextAction).toContain('DNS');
  });

  it('because the certificate is signed by itself', async () => {
    const port = await listening(secured('localhost', [2020, 2120]).server);
    expect(await failureAt(`https://localhost:${port}`)).toEqual({
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
      words: expect.stringContaining('certificate'),
      nextAction: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
    });
  });

  it.each([
    ['has expired', 'localhost', [2019, 2020], 'CERT_HAS_EXPIRED', 'clock'],
    ['is not valid yet', 'localhost', [2119, 2120], 'CERT_NOT_YET_VALID', 'clock'],
    ['is for another', 'elsewhere', [2020, 2120], 'ERR_TLS_CERT_ALTNAME_INVALID', '--host'],
  ] as const)('because the certificate %s', async (said, name, years, code, next) => {
    const { server, ca } = secured(name, years);
    const port = await listening(server);
    const socket = connect({ ca, port, host: '127.0.0.1', servername: 'localhost' });
    const error = await once(socket, 'secureConnect').catch((thrown: unknown) => thrown);
    expect(connectionFailure(error, '--host')).toEqual({
      code,
      words: expect.stringContaining(`certificate ${said}`),
      nextAction: expect.stringContaining(next),
    });
  });

  it('because it is none of TLS, or of HTTP', async () => {
    const plain = await listening(createHttp());
    const tls = await failureAt(`https://localhost:${plain}`);
    expect(tls).toMatchObject({ code: expect.stringMatching(/SSL|EPROTO/) });
    expect(tls.words).toContain('TLS');
    const chatty = await answering((socket) => socket.end('220 mail.example.com\r\n'));
    const http = await failureAt(`http://127.0.0.1:${chatty}`);
    expect(http.words).toContain('does not speak HTTP');
  });

  it('because it breaks off, at once or in the middle', async () => {
    const ended = await answering((socket) => socket.end());
    const part = 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[';
    const reset = await answering((socket) => socket.write(part, () => socket.resetAndDestroy()));
    for (const port of [ended, reset]) {
      const { code, words } = await failureAt(`http://127.0.0.1:${port}`);
      expect(code).toMatch(/^(UND_ERR_SOCKET|ECONNRESET)$/);
      expect(words).toContain('broke off');
    }
  });

  it('because no answer comes', async () => {
    const port = await listening(createServer(() => {}));
    const { words } = await failureAt(`http://127.0.0.1:${port}`, AbortSignal.timeout(1));
    expect(words).toContain('in time');
  });

  it('names the proxy that may be what failed', async () => {
    const refused = Object.assign(new Error(), { code: 'ECONNREFUSED' });
    process.env.HTTPS_PROXY = 'http://127.0.0.1:9';
    const { nextAction } = connectionFailure(refused, 'the host');
    delete process.env.HTTPS_PROXY;
    expect(nextAction).toContain('HTTPS_PROXY');
    expect(connectionFailure(refused, 'the host').nextAction).not.toContain('HTTPS_PROXY');
  });

  it('is none that has another cause', () => {
    expect(knownConnectionFailure(new TypeError('fetch failed'), 'the host')).toBeNull();
    expect(connectionFailure(new TypeError('fetch failed'), 'the host').code).toBe('TypeError');
  });
});
