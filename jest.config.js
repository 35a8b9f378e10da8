import { readFileSync } from 'node:fs';

const { engines } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
if (Number.parseInt(process.versions.node, 10) < Number.parseInt(engines.node.slice(2), 10)) {
  process.stderr.write(
    `The tests need Node.js ${engines.node}, better 24; this is ${process.version}.\n`,
  );
  // Jest would bury the sentence under what it can't load.
  process.exit(1);
}

// Node.js 20 is what we promise; what the SDK will need in 2027 says nothing about a test.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

// Packages that ship only ES modules; Jest runs CommonJS, so these are transformed too.
const esModules = ['hyparquet', 'jose', 'valibot', '@date-fns/tz', 'fast-check', 'pure-rand'];

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  // Jest leaves a core free, which of two is half.
  maxWorkers: '100%',
  // For what hangs. How long a test takes depends on the machine, and is no business of the test's.
  testTimeout: 300_000,
  setupFilesAfterEnv: ['<rootDir>/test/no-secret-in-logs.ts'],
  globalSetup: '<rootDir>/test/build-once.ts',
  testSequencer: '<rootDir>/test/longest-first.js',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: {
    '^.+\\.[tj]s$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esModules.join('|')})/)`],
};
