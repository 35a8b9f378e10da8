import { readFileSync } from 'node:fs';
import { propsOfContext } from '../../infra/settings.ts';

const page = readFileSync('docs/deploy.md', 'utf8');

/** What stands in code in the first column of a table. */
function namesIn(heading: string): readonly string[] {
  const [, table = ''] = page.split(`| ${heading} | Default | |\n`);
  const [rows = ''] = table.split('\n\n');
  return rows
    .split('\n')
    .flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)])
    .map(([, name = '']) => name);
}

/** All there are, which the error about one that is misspelt lists. */
function allowed(context: Readonly<Record<string, unknown>>): readonly string[] {
  try {
    propsOfContext(context);
  } catch (error) {
    const [, list = ''] = /(?:settings are|an account has) ([\w, ()]+)/.exec(String(error)) ?? [];
    return list.replace(' (both needed)', '').split(', ');
  }
  throw new Error('It is not misspelt.');
}

describe('the settings in docs/deploy.md', () => {
  const account = { id: 'acct-1', host: 'smartassist.kore.ai' };

  it('are all of the deployment', () => {
    const all = allowed({ accounts: [account], misspelt: 1 });
    expect(all.length).toBeGreaterThan(10);
    expect([...namesIn('Setting')].sort()).toEqual([...all].sort());
  });

  it('are all of an account', () => {
    const all = allowed({ accounts: [{ ...account, misspelt: 1 }] });
    expect(all.length).toBeGreaterThan(10);
    expect([...namesIn('Of an account')].sort()).toEqual([...all].sort());
  });
});
