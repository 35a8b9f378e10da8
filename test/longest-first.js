import TestSequencer from '@jest/test-sequencer';

/** Each of them takes longer than most others together. */
const LONG = /\/test\/(cli\/|infra\/synth|shared\/(pipeline|jobs)\/)/;

/**
 * On a fresh clone Jest knows no durations and goes by the size of files, and the longest tests have the
 * smallest. One that starts last runs alone while the other core has nothing to do.
 */
export default class LongestFirst extends TestSequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    const isLong = ({ path }) => LONG.test(path);
    return [...sorted.filter(isLong), ...sorted.filter((test) => !isLong(test))];
  }
}
