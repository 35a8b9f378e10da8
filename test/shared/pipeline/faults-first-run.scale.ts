import { evening, first, proveUnderFaults, truth } from './faults.ts';

describe('the first run of an account', () => {
  proveUnderFaults({ truth, behaviour: {}, start: evening, before: [], nowMs: first });
});
