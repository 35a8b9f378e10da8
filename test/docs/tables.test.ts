import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tablesPage } from '../../docs/generator/tables-page.ts';

describe('docs/tables.md', () => {
  it('says what the definitions of the tables say (npm run docs writes it anew)', () => {
    expect(readFileSync(join(__dirname, '../../docs/tables.md'), 'utf8')).toBe(tablesPage());
  });
});
