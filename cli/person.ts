import { hostname, userInfo } from 'node:os';

/** Who sits at this machine, for the run ledger: in a container the user may have no name. */
export function personHere(): string {
  return `${userName()}@${hostname()}`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env.USER || process.env.LOGNAME || `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
