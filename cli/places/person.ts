import { homedir, hostname, userInfo } from 'node:os';

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

/** Such a user may have no home either, and the AWS SDK asks for it: then it is the root, as in `docker run`. */
export function requireHome(): void {
  try {
    homedir();
  } catch {
    process.env.HOME = '/';
  }
}
