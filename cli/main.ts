// Imports nothing by itself: what follows needs this Node.js to be even loaded.
const OLDEST_NODE = 20;

const [major = 0] = process.versions.node.split('.').map(Number);
if (major < OLDEST_NODE) {
  process.stderr.write(
    `Agent Activity Lake needs Node.js ${OLDEST_NODE} or later, better 24; this is ${process.version}.\n`,
  );
  // What follows could not even be loaded.
  process.exit(1);
}

// Node.js 20 is what we promise; what the SDK will need in 2027 is not for this user to read.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

import('./run-program.ts').then(({ runProgram }) => runProgram());

export {};
