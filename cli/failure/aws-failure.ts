import { knownConnectionFailure } from '../../shared/connection-failure.ts';
import { failedCallOf } from '../places/aws-calls.ts';

/** What happened, and what to do about it. */
interface Explained {
  readonly message: string;
  readonly nextAction: string;
}

const DENIED = /^(AccessDenied(Exception)?|UnauthorizedOperation|NotAuthorized|Forbidden)$/;
const NO_CREDENTIALS =
  /^(CredentialsProviderError|TokenProviderError|ExpiredToken(Exception)?|InvalidClientTokenId|UnrecognizedClientException|InvalidAccessKeyId|SignatureDoesNotMatch|InvalidSignatureException|AuthFailure)$/;

/** What an error of a call to a stack means; `undefined` when it is none. */
export function explainedByAws(error: unknown): Explained | undefined {
  const call = failedCallOf(error);
  if (call === undefined) return undefined;
  const { name, message } = error as Error;
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
  const unreachable = knownConnectionFailure(error, 'the region (AWS_REGION)');
  if (unreachable !== null) {
    const { code, words, nextAction } = unreachable;
    return { message: `${call.service} can't be reached: ${words} (${code}).`, nextAction };
  }
  return {
    message: `AWS did not do what was asked (${call.permission}): ${name}: ${reason}`,
    nextAction: 'Nothing is lost: run the command again, it goes on where it was.',
  };
}
