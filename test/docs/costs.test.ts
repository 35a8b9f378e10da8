import { readFileSync } from 'node:fs';
import { type AlarmRule, alarmRules } from '../../shared/alarms.ts';
import { type Metric, metrics } from '../../shared/metrics.ts';

const page = readFileSync('docs/deploy.md', 'utf8');
const [table = ''] = /^\| Part .*?\n\n/ms.exec(page) ?? [];

interface CostRow {
  readonly part: string;
  readonly sum: string;
  /** At list prices, and with the free tiers, in cents. */
  readonly cents: readonly number[];
}

const rows: readonly CostRow[] = [
  ...table.matchAll(/^\| (.+?) \| (.*?) ?\| \**([\d.]+)\** \| \**([\d.]+)\** \|$/gm),
].map(([, part = '', sum = '', ...dollars]) => ({
  part,
  sum,
  cents: dollars.map((each) => Math.round(100 * Number(each))),
}));

const isSum = ({ part }: CostRow) => part.startsWith('**');
const added = (parts: readonly CostRow[]) =>
  [0, 1].map((column) => parts.reduce((all, { cents }) => all + (cents[column] ?? 0), 0));

describe('the costs in docs/deploy.md', () => {
  it('add up', () => {
    const [lake, monitoring] = rows.filter(isSum).map((row) => rows.indexOf(row));
    const sums = rows.filter(isSum).map(({ cents }) => cents);
    expect(rows.length).toBeGreaterThan(20);
    expect(sums).toEqual([
      added(rows.slice(0, lake)),
      added(rows.slice((lake ?? 0) + 1, monitoring)),
      added(rows.filter((row) => !isSum(row))),
    ]);
  });

  it('count the metrics and the alarms that there are', () => {
    const sumOf = (part: string) => rows.find((row) => row.part === part)?.sum;
    const sparse = Object.values<Metric>(metrics).filter((metric) => metric.sparse).length;
    expect(sumOf('CloudWatch, metrics')).toContain(
      `${Object.keys(metrics).length - sparse} that every run sends × $0.30; ${sparse} that are sent when not 0`,
    );
    const rules = Object.values<AlarmRule>(alarmRules);
    const watched = rules.flatMap(({ of }) =>
      typeof of === 'string' ? [of] : [of.share, of.among],
    );
    expect(sumOf('CloudWatch, alarms of the account')).toContain(
      `${watched.length} metrics in ${rules.length} alarms × $0.10`,
    );
  });
});
