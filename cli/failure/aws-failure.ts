import { failedCallOf } from '../places/aws-calls.ts';

/** What happened, and what to do about it. */
interface Explained {
  readonly message: string;
  readonly nextAction: string;
}

const DENIED = /^(AccessDenied(Exception)?|UnauthorizedOperation|NotAuthorized|Forbidden)$/;
const NO_CREDENTIALS =
  /^(CredentialsProviderError|TokenProviderError|ExpiredToken(Exception)?|InvalidClientTokenId|UnrecognizedClientException|InvalidAccessKeyId|SignatureDoesNotMatch|InvalidSignatureException|AuthFailure)$/;
const UNREACHABLE = /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EPIPE|TimeoutError)$/;

/** What an error of a call to a stack means; `undefined` when it is none. */
export function explainedByAws(error: unknown): Explained | undefined {
  const call = failedCallOf(error);
  if (call === undefined) return undefined;
  const { name, message, code } = error as { name: string; message: string; code?: unknown };
  const reason = message.split('\n', 1)[0] ?? '';
  if (/^Region (is missing|not accepted)/.test(message)) {
    return {
      message: 'No AWS region is set, or none of that name exists.',
      nextAction: 'Set AWS_REGION, or AWS_PROFILE to a profile that has one (`aws configure`).',
    };
  }
  if (NO_CREDENTIALS.test(name)) {
    return {
      message: `AWS takes no request from here (${name}): ${reason}`,
      nextAction:
        'Sign in as for the AWS CLI and try `aws sts get-caller-identity`: AWS_PROFILE, `aws sso login` or AWS_ACCESS_KEY_ID.',
    };
  }
  if (DENIED.test(name)) {
    // A key's or a bucket's policy may ask for another permission than the call's own.
    const permission = /to perform: ([a-z0-9-]+:\w+)/.exec(message)?.[1] ?? call.permission;
    return {
      message: `AWS does not allow ${permission} to whoever is signed in: ${reason}`,
      nextAction: `Ask for ${permission}. docs/deploy.md lists what each command needs.`,
    };
  }
  if (UNREACHABLE.test(String(code ?? name))) {
    return {
      message: `${call.service} can't be reached (${String(code ?? name)}).`,
      nextAction:
        'Check the region and the way from here to AWS: name resolution, firewall, proxy.',
    };
  }
  return {
    message: `AWS did not do what was asked (${call.permission}): ${name}: ${reason}`,
    nextAction: 'Nothing is lost: run the command again, it goes on where it was.',
  };
}
