// Packages that ship only ES modules; Jest runs CommonJS, so these are transformed too.
const esModules = [
  'hyparquet',
  'hyparquet-writer',
  'jose',
  'p-retry',
  'is-network-error',
  'valibot',
  '@date-fns/tz',
  'fast-check',
  'pure-rand',
];

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: {
    '^.+\\.[tj]s$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esModules.join('|')})/)`],
};
