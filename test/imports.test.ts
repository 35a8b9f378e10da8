import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * What each part of the house may stand on. `shared` is what runs in Lambda and here alike, so nothing else may be
 * needed for it; nothing stands on tests.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  shared: [],
  'report-page': ['shared'],
  local: ['shared'],
  functions: ['shared'],
  infra: ['shared'],
  cli: ['shared', 'local', 'report-page'],
  docs: ['shared', 'infra', 'cli'],
  packaging: ['shared', 'infra', 'report-page'],
};

const imports = importsOf(
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts'], {
    encoding: 'utf8',
  })
    .split('\n')
    .filter((file) => file !== ''),
);

test('every part of the house stands only on those it may', () => {
  const wrong = [...imports].flatMap(([file, imported]) => {
    const [part = ''] = file.split('/');
    const allowed = MAY_IMPORT[part];
    if (allowed === undefined) return [];
    return imported
      .filter((other) => ![part, ...allowed].some((may) => other.startsWith(`${may}/`)))
      .map((other) => `${file} imports ${other}`);
  });
  expect(wrong).toEqual([]);
  for (const part of Object.keys(MAY_IMPORT)) {
    expect([...imports.keys()].some((file) => file.startsWith(`${part}/`))).toBe(true);
  }
});

test('no file comes back to itself by what it imports', () => {
  expect(circleIn(imports)).toBeNull();
});

test('no folder comes back to itself either', () => {
  const folders = new Map<string, readonly string[]>();
  for (const [file, imported] of imports) {
    if (/^(test|bench)\//.test(file)) continue;
    const others = imported.map(roomOf).filter((room) => room !== roomOf(file));
    folders.set(roomOf(file), [...(folders.get(roomOf(file)) ?? []), ...others]);
  }
  expect(circleIn(folders)).toBeNull();
});

test('a circle is found, and named in its order', () => {
  const graph = { a: ['b'], b: ['c', 'd'], c: [], d: ['e'], e: ['b'] };
  expect(circleIn(new Map(Object.entries(graph)))).toEqual(['b', 'd', 'e', 'b']);
});

/** A folder within a part; files that lie loose in a part are rooms of their own. */
function roomOf(file: string): string {
  const [part, folder, ...within] = file.split('/');
  return within.length === 0 ? file : `${part}/${folder}`;
}

/** Which of these files each of them imports, types and what is loaded when needed among them. */
function importsOf(files: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const all = new Set(files);
  return new Map(
    files.map((file) => {
      const specifiers = readFileSync(file, 'utf8').matchAll(
        /(?:from |import |import\()'(\.[^']+)'/g,
      );
      const imported = [...specifiers].map(([, specifier = '']) =>
        path.posix.join(path.posix.dirname(file), specifier),
      );
      return [file, imported.filter((other) => all.has(other))];
    }),
  );
}

/** One circle, from a member to the same again; `null` when there is none. */
function circleIn(graph: ReadonlyMap<string, readonly string[]>): readonly string[] | null {
  const done = new Set<string>();
  const from = (node: string, way: readonly string[]): readonly string[] | null => {
    if (way.includes(node)) return [...way.slice(way.indexOf(node)), node];
    if (done.has(node)) return null;
    for (const next of graph.get(node) ?? []) {
      const found = from(next, [...way, node]);
      if (found !== null) return found;
    }
    done.add(node);
    return null;
  };
  for (const node of graph.keys()) {
    const found = from(node, []);
    if (found !== null) return found;
  }
  return null;
}
