import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { viewsPage } from '../../docs/generator/views-page.ts';

describe('docs/views.md', () => {
  it('says what the definitions of the views say (npm run docs writes it anew)', () => {
    expect(readFileSync(join(__dirname, '../../docs/views.md'), 'utf8')).toBe(viewsPage());
  });
});
