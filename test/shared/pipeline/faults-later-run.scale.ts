import { evening, first, proveUnderFaults, second, truth } from './faults.ts';

describe('a run that goes on from an earlier one', () => {
  proveUnderFaults({ truth, behaviour: {}, start: evening, before: [first], nowMs: second });
});
