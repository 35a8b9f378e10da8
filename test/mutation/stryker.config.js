import { tmpdir } from 'node:os';
import path from 'node:path';

const { MUTATION_PART, MUTATION_FILES, MUTATION_TESTS } = process.env;

/** For `run.ts`, which says what is changed, and which tests are to notice. */
/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: MUTATION_FILES.split(' '),
  plugins: ['@stryker-mutator/mocha-runner'],
  testRunner: 'mocha',
  testRunnerNodeArgs: ['--import', 'tsx'],
  mochaOptions: {
    'no-config': true,
    'no-package': true,
    spec: MUTATION_TESTS.split(' '),
    require: [path.join(import.meta.dirname, 'jest-in-mocha.cjs')],
  },
  coverageAnalysis: 'perTest',
  // What is made once, when a file is loaded, would need a process and every test for each change.
  ignoreStatic: true,
  disableTypeChecks: false,
  // Stryker would rewrite the tsconfig.json that it finds, by what TypeScript 7 no longer has.
  ignorePatterns: ['activity-data', 'cdk.out', 'dist', 'tsconfig.json'],
  tempDirName: path.join(tmpdir(), `mutation-${process.pid}`),
  reporters: ['progress', 'clear-text', 'json', 'html'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: `dist/mutation/${MUTATION_PART}.json` },
  htmlReporter: { fileName: `dist/mutation/${MUTATION_PART}.html` },
  concurrency: 1,
  timeoutMS: 20_000,
  timeoutFactor: 3,
};
