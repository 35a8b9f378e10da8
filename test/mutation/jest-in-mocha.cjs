const { expect } = require('expect');
const fc = require('fast-check');
const { bind } = require('jest-each');
const { ModuleMocker } = require('jest-mock');
const interfaces = require('mocha/lib/interfaces');

// Every mutant meets the same values, and the first that finds it is enough.
fc.configureGlobal({ seed: 1, endOnFailure: true });

/** Mocha's own interface, and of Jest's what the tests use beside it. */
const { bdd } = interfaces;
interfaces.bdd = (suite) => {
  bdd(suite);
  suite.on('pre-require', (context) => {
    const { describe, it, before, after } = context;
    for (const each of [describe, it]) each.each = bind(each, false);
    const jest = new ModuleMocker(globalThis);
    Object.assign(context, { expect, jest, test: it, beforeAll: before, afterAll: after });
  });
};
