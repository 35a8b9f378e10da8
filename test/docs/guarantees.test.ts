import { existsSync, readFileSync } from 'node:fs';

const page = readFileSync('docs/guarantees.md', 'utf8');

/** Each file that the page names, with the tests it names after it. */
const named = [...page.matchAll(/`(test\/[\w./-]+\.ts)`([^`]*)/g)].map(
  ([, file = '', after = '']) => ({
    file,
    tests: [...after.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name),
  }),
);

describe('docs/guarantees.md', () => {
  it('names tests that exist', () => {
    const missing = named.flatMap(({ file, tests }) => {
      if (!existsSync(file)) return [file];
      const text = readFileSync(file, 'utf8');
      return tests.filter((name) => !text.includes(`'${name}'`)).map((name) => `${file}: ${name}`);
    });
    expect(missing).toEqual([]);
  });

  it('has for each promise its proof and its limit', () => {
    for (const section of page.split(/^## /m).slice(1)) {
      expect(section).toMatch(
        /\*\*Promise\.\*\*[\s\S]*\*\*Proof\.\*\*[\s\S]*`test\/[\s\S]*\*\*Limit\.\*\*/,
      );
    }
  });
});
