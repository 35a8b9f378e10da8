import { createHash } from 'node:crypto';
import type { IsAgent } from './agent-mentions.ts';

/**
 * What is remembered of an erased agent: enough to know the id when it comes again, and no more. Who has
 * an id can find out whether it was erased; who has the digest can't find out the id, unless ids are few
 * enough to try them all.
 */
export function agentDigest(accountId: string, agentId: string): string {
  return createHash('sha256').update(`${accountId}\n${agentId}`).digest('hex');
}

/** Whether a word is the id of an agent of these. Each is hashed once. */
export function isAgentOf(accountId: string, digests: ReadonlySet<string>): IsAgent {
  const known = new Map<string, boolean>();
  return (word) => {
    let isOne = known.get(word);
    if (isOne === undefined) {
      isOne = digests.has(agentDigest(accountId, word));
      known.set(word, isOne);
    }
    return isOne;
  };
}
