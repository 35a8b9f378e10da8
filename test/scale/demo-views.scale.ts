import { comparedWithPainting } from '../shared/views/demo-comparison.ts';
import { none } from '../shared/views/differences.ts';
import { zones } from '../shared/views/random-account.ts';

it.each(zones)(
  'the views say of forty agents in %s around %s what painting every second says',
  async (...zone) => {
    const compared = await comparedWithPainting([zone as (typeof zones)[number]], 40);
    for (const { rows, ...each } of compared) {
      expect(each).toEqual({ name: each.name, ...none });
      process.stdout.write(`  ${each.name}: ${rows} rows\n`);
    }
  },
  120_000,
);
