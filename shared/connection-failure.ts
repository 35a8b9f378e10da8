/** Why no answer came from a server, or only a part of one, and what to do about it. */
export interface ConnectionFailure {
  /** As Node.js or OpenSSL names it, `ECONNREFUSED`: all that is told of an error, which can hold bytes of an answer. */
  readonly code: string;
  /** The same in words, to stand behind a colon. */
  readonly words: string;
  readonly nextAction: string;
}

interface Cause {
  readonly codes: RegExp;
  readonly words: string;
  /** @param server what a person would correct: `the host` */
  readonly nextAction: (server: string) => string;
}

const otherServer = (server: string) =>
  `Check ${server} and its port, and whether a proxy or a login page answers in its place.`;
const onTheWay = (server: string) =>
  `Check ${server}, and what is on the way to it from here: firewall, proxy, VPN.`;
const clockOrOwner = () =>
  'Check the clock of this machine. If it is right, whoever runs the server must renew the certificate.';

const CAUSES: readonly Cause[] = [
  {
    codes: /^(ENOTFOUND|ENODATA)$/,
    words: 'no such name is known',
    nextAction: (server) =>
      `Check how ${server} is written, and the name resolution (DNS) of this machine.`,
  },
  {
    codes: /^EAI_/,
    words: 'the name resolution (DNS) does not answer',
    nextAction: () => 'Check the network and the name resolution (DNS) of this machine.',
  },
  {
    codes: /^ECONNREFUSED$/,
    words: 'nothing listens at that address and port',
    nextAction: (server) => `Check ${server} and its port, and the firewall in between.`,
  },
  {
    codes: /^(EHOSTUNREACH|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL)$/,
    words: 'no way leads there',
    nextAction: onTheWay,
  },
  {
    codes: /^(ETIMEDOUT|TimeoutError|RequestTimeout|UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT)$/,
    words: 'no answer came in time',
    nextAction: onTheWay,
  },
  {
    codes: /^(ECONNRESET|ECONNABORTED|EPIPE|UND_ERR_SOCKET|ERR_STREAM_PREMATURE_CLOSE)$/,
    words: 'the connection broke off',
    nextAction: onTheWay,
  },
  {
    codes: /^CERT_HAS_EXPIRED$/,
    words: 'its certificate has expired',
    nextAction: clockOrOwner,
  },
  {
    codes: /^CERT_NOT_YET_VALID$/,
    words: 'its certificate is not valid yet',
    nextAction: clockOrOwner,
  },
  {
    codes: /^(ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/,
    words: 'its certificate is for another name',
    nextAction: otherServer,
  },
  {
    codes: /SELF_SIGNED|^UNABLE_TO_|^CERT_|^INVALID_CA$/,
    words: 'its certificate is signed by nobody whom Node.js knows',
    nextAction: (server) =>
      `If the network here has a certificate authority of its own, set NODE_EXTRA_CA_CERTS to the file with its certificate. Else check ${server}.`,
  },
  {
    codes: /^(EPROTO|ERR_SSL_.*)$/,
    words: 'no TLS (https) can be agreed on',
    nextAction: otherServer,
  },
  {
    codes: /^(HPE_.*|UND_ERR_(HEADERS_OVERFLOW|RES_.*))$/,
    words: 'what answers does not speak HTTP',
    nextAction: otherServer,
  },
  {
    codes: /^Z_/,
    words: 'what came can’t be decompressed',
    nextAction: otherServer,
  },
  {
    codes: /^(UND_ERR_ABORTED|ERR_PROXY_.*)$/,
    words: 'the proxy does not let the request through',
    nextAction: () =>
      'Check the address in HTTPS_PROXY, whether it needs a user name and a password, and what it lets through.',
  },
];

/**
 * @param server what a person would correct: `the host`
 * @returns `null` when the error is none of a connection
 */
export function knownConnectionFailure(error: unknown, server: string): ConnectionFailure | null {
  const code = codeOf(error);
  const cause = CAUSES.find(({ codes }) => codes.test(code));
  return cause === undefined
    ? null
    : { code, words: cause.words, nextAction: cause.nextAction(server) };
}

/** The same for an error of `fetch`, which must be one of a connection. */
export function connectionFailure(error: unknown, server: string): ConnectionFailure {
  const { code, words, nextAction } = knownConnectionFailure(error, server) ?? {
    code: codeOf(error),
    words: 'the connection failed',
    nextAction: onTheWay(server),
  };
  const { HTTPS_PROXY, https_proxy } = process.env;
  const proxy = HTTPS_PROXY || https_proxy ? ' HTTPS_PROXY is set: it may be what failed.' : '';
  return { code, words, nextAction: `${nextAction}${proxy}` };
}

function codeOf(error: unknown): string {
  const { code, cause, errors, name } = Object(error) as Record<string, unknown>;
  if (cause !== undefined) return codeOf(cause);
  if (typeof code === 'string') return code;
  // A name with several addresses: each was tried.
  if (Array.isArray(errors) && errors.length > 0) return codeOf(errors[0]);
  return typeof name === 'string' ? name : 'no code';
}
