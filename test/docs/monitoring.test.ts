import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitoringPage } from '../../docs/generator/monitoring-page.ts';

describe('docs/monitoring.md', () => {
  it('says what metrics, alarms, log lines and queries are (npm run docs writes it anew)', () => {
    expect(readFileSync(join(__dirname, '../../docs/monitoring.md'), 'utf8')).toBe(
      monitoringPage(),
    );
  });
});
