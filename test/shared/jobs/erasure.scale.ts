import { killedAndMadeAgain, startErasures, writesOfErasure } from './erased-account.ts';

startErasures();

it('an erasure killed after any of its writes ends right when made again', async () => {
  for (const index of await writesOfErasure()) await killedAndMadeAgain(index);
}, 600_000);
