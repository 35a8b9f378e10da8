import { readFileSync } from 'node:fs';
import { configurationPage } from '../../docs/generator/configuration-page.ts';

describe('docs/configuration.md', () => {
  it('says what the settings and the command line are (npm run docs writes it anew)', () => {
    expect(readFileSync('docs/configuration.md', 'utf8')).toBe(configurationPage());
  });
});
