import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ObjectStore } from '../../local/s3/object-store.ts';
import { systemClock } from '../../shared/clock.ts';

let folder: string;
let store: ObjectStore;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'object-store-'));
  store = await ObjectStore.open(folder, systemClock);
  await store.createBucket('lake');
});

afterEach(() => rmSync(folder, { recursive: true }));

const md5 = (text: string) => createHash('md5').update(text).digest('hex');

async function* bodyOf(...texts: readonly string[]) {
  for (const text of texts) yield Buffer.from(text);
}

const put = (key: string, text: string, version: string) =>
  store.put('lake', key, bodyOf(text), { contentType: 'text/plain', metadata: { version } }, {});

/** What a PUT of `text` writes before the rename that makes it count. */
const leaveSidecar = (key: string, text: string, version: string) => {
  const path = join(folder, '.meta/lake', key, `${md5(text)}.json`);
  mkdirSync(dirname(path), { recursive: true });
  const object = {
    etag: md5(text),
    size: text.length,
    lastModifiedMs: 0,
    contentType: 'text/plain',
  };
  writeFileSync(path, JSON.stringify({ ...object, metadata: { version } }));
};

const stored = async (key: string) => {
  const { object, file } = await store.open('lake', key);
  const text = await file.readFile('utf8');
  await file.close();
  return { text, etag: object.etag, version: object.metadata.version };
};

describe('a PUT that was killed', () => {
  it('leaves the old object before the rename', async () => {
    await put('a/b', 'old', '1');
    leaveSidecar('a/b', 'new', '2');
    expect(await stored('a/b')).toEqual({ text: 'old', etag: md5('old'), version: '1' });
  });

  it('leaves the new object after the rename', async () => {
    await put('a/b', 'old', '1');
    leaveSidecar('a/b', 'new', '2');
    writeFileSync(join(folder, 'lake/a/b'), 'new');
    expect(await stored('a/b')).toEqual({ text: 'new', etag: md5('new'), version: '2' });
  });

  it('leaves no object where none was', async () => {
    leaveSidecar('a/b', 'new', '2');
    await expect(store.head('lake', 'a/b')).rejects.toMatchObject({ code: 'NoSuchKey' });
  });

  it('has its remains removed: staged bodies at the start, sidecars by the next PUT', async () => {
    await put('a/b', 'old', '1');
    leaveSidecar('a/b', 'new', '2');
    writeFileSync(join(folder, '.tmp/half'), 'ha');
    store = await ObjectStore.open(folder, systemClock);
    expect(readdirSync(join(folder, '.tmp'))).toEqual([]);
    await put('a/b', 'third', '3');
    expect(readdirSync(join(folder, '.meta/lake/a/b'))).toEqual([`${md5('third')}.json`]);
  });
});

it('changes nothing when reading the body fails', async () => {
  await put('key', 'old', '1');
  const failing = async function* () {
    yield Buffer.from('ne');
    throw new Error('gone');
  };
  const attributes = { contentType: 'text/plain', metadata: {} };
  await expect(store.put('lake', 'key', failing(), attributes, {})).rejects.toThrow('gone');
  expect(await stored('key')).toMatchObject({ text: 'old', version: '1' });
  expect(readdirSync(join(folder, '.tmp'))).toEqual([]);
});

it('goes on reading the version it opened after another is stored and deleted', async () => {
  await put('key', 'old', '1');
  const { file } = await store.open('lake', 'key');
  await put('key', 'new', '2');
  await store.delete('lake', 'key', {});
  expect(await file.readFile('utf8')).toBe('old');
  await file.close();
});

it('serves a file that was put there by hand, or changed', async () => {
  writeFileSync(join(folder, 'lake/by-hand'), 'text');
  expect(await stored('by-hand')).toEqual({ text: 'text', etag: md5('text'), version: undefined });
  await put('key', 'old', '1');
  writeFileSync(join(folder, 'lake/key'), 'edited');
  expect(await stored('key')).toMatchObject({ text: 'edited', etag: md5('edited') });
});
