import * as http from 'node:http';
import { note, paintFor } from './terminal/terminal.ts';

/** The servers of a data folder, and simulated accounts. */
const THIS_MACHINE = 'localhost,127.0.0.1,::1';

/**
 * Lets requests go by `HTTPS_PROXY` and `HTTP_PROXY`, but those that `NO_PROXY` excepts or that stay on
 * this machine, where Node.js can (24.14 and later); else says that it can't.
 *
 * @returns whether they do
 */
export function useProxies(): boolean {
  const { env } = process;
  const [https, plain] = [env.https_proxy || env.HTTPS_PROXY, env.http_proxy || env.HTTP_PROXY];
  if (!https && !plain) return false;
  const { setGlobalProxyFromEnv } = http as {
    setGlobalProxyFromEnv?: (env: Record<string, string | undefined>) => unknown;
  };
  const none = [env.no_proxy || env.NO_PROXY, THIS_MACHINE].filter(Boolean).join(',');
  if (setGlobalProxyFromEnv !== undefined) {
    setGlobalProxyFromEnv({ https_proxy: https, http_proxy: plain, no_proxy: none });
    return true;
  }
  // Node.js 22.21 and 24 read it themselves when they start, and are told to.
  if (env.NODE_USE_ENV_PROXY === '1' && Number(process.versions.node.split('.')[0]) >= 22)
    return true;
  note(
    `${paintFor(process.stderr).yellow('warning:')} HTTPS_PROXY or HTTP_PROXY is set, but Node.js ${process.version} does not use it: take 24.14 or later.`,
  );
  return false;
}
