import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Step = (response: ServerResponse, request: IncomingMessage) => void;

/** A real HTTP server that answers with one step after the other; the last one goes on. */
export class ScriptedSource {
  readonly requests: { readonly url: URL; readonly headers: IncomingMessage['headers'] }[] = [];
  steps: readonly Step[] = [];
  readonly #server = createServer((request, response) => {
    const step = this.steps[Math.min(this.requests.length, this.steps.length - 1)];
    this.requests.push({ url: new URL(request.url ?? '', this.host), headers: request.headers });
    step?.(response, request);
  });

  get host(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  start(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  stop(): Promise<unknown> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(resolve));
  }
}

export const answer =
  (status: number, body: string | Buffer = '', headers: Record<string, string> = {}): Step =>
  (response) => {
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(body);
  };

export const refuse = (status: number, msg: string, headers: Record<string, string> = {}): Step =>
  answer(status, JSON.stringify({ errors: [{ msg, code: 40001 }] }), headers);

export const reset: Step = (_response, request) => {
  request.socket.resetAndDestroy();
};

export const never: Step = () => {};

/** Sends `body` and then breaks the connection although more was announced. */
export const cut =
  (body: string | Buffer, headers: Record<string, string> = {}): Step =>
  (response) => {
    response.writeHead(200, { 'Content-Type': 'application/json', ...headers });
    response.write(body, () => response.destroy());
  };
