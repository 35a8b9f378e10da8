/**
 * Names that a stack and the command line on it both know, so that what an account has can be found
 * without a list that grows with the accounts.
 */

/** Lambda takes no longer name. */
export const LONGEST_FUNCTION_NAME = 64;

/** The outputs of a stack that say what its lake is in. Under other names no stack is found before it is deployed again. */
export const lakeOutputs = {
  bucket: 'LakeBucket',
  checkpointTable: 'CheckpointTable',
  database: 'AthenaDatabase',
  workgroup: 'AthenaWorkgroup',
} as const;

/** Of the function of an account. */
export function functionNameOf(stackName: string, accountId: string): string {
  return `${stackName}-${accountId}`;
}

/** Of the secret with the credentials of an account. */
export function secretNameOf(stackName: string, accountId: string): string {
  return `${stackName}/${accountId}/credentials`;
}

/** CloudFormation's ids have letters and digits alone; Z begins what stands for another character. */
const ESCAPED: Readonly<Record<string, string>> = { Z: 'Z0', '-': 'Z1', _: 'Z2' };
const UNESCAPED: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(ESCAPED).map(([character, escaped]) => [escaped, character]),
);

/** The logical id of an account's stack within the lake's. */
export function accountStackId(accountId: string): string {
  return `Account${accountId.replace(/[Z_-]/g, (character) => ESCAPED[character] ?? '')}`;
}

/** Whether it is the logical id of an account's stack: a stack that holds a lake may hold others, too. */
export function isAccountStack(logicalId: string): boolean {
  return logicalId.startsWith('Account');
}

/** The account whose stack has this logical id. */
export function accountOfStack(logicalId: string): string {
  return logicalId
    .replace(/^Account/, '')
    .replace(/Z[012]/g, (escaped) => UNESCAPED[escaped] ?? '');
}
