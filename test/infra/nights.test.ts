import fc from 'fast-check';
import { nightOf } from '../../infra/nights.ts';

const accountIds = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/);
const nights = (id: string) => {
  const { reconcile, directory, report } = nightOf({ id, reportTimeZone: 'Asia/Kathmandu' });
  return [reconcile, directory, report].map(({ expressionString }) => expressionString);
};

describe('the nights of an account', () => {
  it('have the checks end before the report, whatever its id', () => {
    fc.assert(
      fc.property(accountIds, (id) => {
        const [reconcile, directory, report] = nights(id);
        expect(reconcile).toMatch(/^cron\(\d\/10 (2-3|3-4|4-5) \* \* \? \*\)$/);
        expect(directory).toMatch(/^cron\([1-5]?\d 3 \* \* \? \*\)$/);
        expect(report).toMatch(/^cron\([345]\d 6 \* \* \? \*\)$/);
        expect(nights(id)).toEqual([reconcile, directory, report]);
      }),
    );
  });

  it('are spread, so that of 300 accounts few begin in the same minute', () => {
    const all = Array.from({ length: 300 }, (_, index) => nights(`63fb9a0f90425b644d3ec${index}`));
    for (const [column, most] of [30, 15, 30].entries()) {
      const count = new Map<string, number>();
      for (const night of all) {
        const when = night[column] ?? '';
        count.set(when, (count.get(when) ?? 0) + 1);
      }
      expect(Math.max(...count.values())).toBeLessThanOrEqual(most);
    }
  });
});
