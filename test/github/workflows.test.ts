import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = '.github/workflows';
const workflows = readdirSync(FOLDER).map((name) => [
  name,
  readFileSync(join(FOLDER, name), 'utf8'),
]);

describe.each(workflows)('the workflow %s', (_name, text = '') => {
  it('uses actions of one commit, and says which version that is', () => {
    const used = [...text.matchAll(/uses: *(.+)$/gm)].map(([, action]) => action);
    expect(used.length).toBeGreaterThan(0);
    for (const action of used) expect(action).toMatch(/^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it('may read the repository, and nothing else unless it publishes', () => {
    expect(text).toMatch(/^permissions:\n {2}contents: read\n\n/m);
    const more = [...text.matchAll(/^ +[\w-]+: write\b/gm)].map(([line]) => line.trim());
    expect(more).toEqual(text.includes('npm publish') ? ['id-token: write'] : []);
  });

  it('leaves no token in what it checks out', () => {
    const checkouts = text.split('uses: actions/checkout@').slice(1);
    for (const step of checkouts) {
      expect(step).toMatch(/^.*\n +with:\n +persist-credentials: false\n/);
    }
  });
});

it('CI runs the tests on each Node.js that is promised, and on the one that deployments run', () => {
  const [, matrix] = /node: \[(.+)\]/.exec(readFileSync(join(FOLDER, 'ci.yml'), 'utf8')) ?? [];
  const { engines } = JSON.parse(readFileSync('package.json', 'utf8'));
  const promised = engines.node.replace('>=', '').split('.')[0];
  expect(matrix?.split(', ')).toEqual([promised, '22', readFileSync('.nvmrc', 'utf8').trim()]);
});
