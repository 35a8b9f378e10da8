import { many, proveUnderFaults } from './faults.ts';

describe('a run against a source that cuts its answers', () => {
  proveUnderFaults({
    truth: many,
    behaviour: { rowCap: { rows: 22, keep: 'newest', announcedBy: 'nothing' } },
    start: '2024-11-01T23:25:00Z',
    before: [],
    nowMs: Date.parse('2024-11-01T23:50:00Z'),
  });
});
