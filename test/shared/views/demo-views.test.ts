import { comparedWithPainting } from './demo-comparison.ts';
import { none } from './differences.ts';
import { zones } from './random-account.ts';

it('the views say of the demo, in five zones whose clocks change, what painting every second says', async () => {
  // An hour that comes twice, half an hour that does, and a midnight that doesn't come.
  const chosen = [zones[0], zones[1], zones[3], zones[4], zones[6]];
  const compared = await comparedWithPainting(chosen, 4);
  expect(compared.map(({ rows: _, ...each }) => each)).toEqual(
    compared.map(({ name }) => ({ name, ...none })),
  );
  for (const { rows } of compared) expect(rows).toBeGreaterThan(5);
});
