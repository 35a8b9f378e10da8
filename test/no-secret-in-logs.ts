import { afterAll, expect } from '@jest/globals';
import { written } from './looked-through.ts';

/*
 * Loaded into every test file: whatever a test, the code it runs or a process it starts writes to its
 * output is looked through for credentials and tokens when the file ends.
 */

const SECRETS = [
  'test-lake-secret-9f3c',
  'handler-secret',
  'memory-secret',
  's3cr3t-value',
  'the-client-secret-of-this-test',
  'a secret of the tests',
  'not-for-any-file-or-line-of-output',
  'a-secret-that-stays-a-secret-0123456789',
  'e30.e30.test-lake-token',
];
/** A signed token, or two parts of one. */
const TOKEN = /eyJ[\w-]{8,}\.eyJ[\w-]{8,}/;

const restore: (() => void)[] = [];

for (const stream of [process.stdout, process.stderr]) {
  const { write } = stream;
  stream.write = ((chunk: unknown, ...rest: never[]) => {
    written.push(String(chunk));
    return write.call(stream, chunk as string, ...rest);
  }) as typeof stream.write;
  restore.push(() => {
    stream.write = write;
  });
}
// Jest's own, which does not write to the streams of this process.
const testConsole = globalThis.console;
for (const level of ['debug', 'error', 'info', 'log', 'trace', 'warn'] as const) {
  const say = testConsole[level].bind(testConsole);
  testConsole[level] = (...args: unknown[]) => {
    written.push(args.map(String).join(' '));
    say(...args);
  };
}

afterAll(() => {
  for (const undo of restore) undo();
  const output = written.join('\n');
  expect(SECRETS.filter((secret) => output.includes(secret))).toEqual([]);
  expect(TOKEN.exec(output)?.[0]).toBeUndefined();
});
