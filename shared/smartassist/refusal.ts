import { isObject, wordsIn } from '../activity/envelope.ts';
import {
  type ActivityLakeError,
  CredentialsError,
  RequestRefusedError,
  ResponseTooLargeError,
  SourceContractError,
} from '../errors.ts';
import { readBody } from './body.ts';
import { FailedRequest, readRetryAfterMs } from './retry.ts';

const MAX_ERROR_BODY_BYTES = 64_000;
const MAX_MESSAGE_LENGTH = 200;

/**
 * What an answer other than 200 means: from its status to what to do about it.
 * @param secrets what must not be quoted if the source repeats it
 */
export async function readRefusal(
  response: Response,
  asked: string,
  secrets: readonly string[],
  nowMs: number,
): Promise<FailedRequest | ActivityLakeError> {
  const { status } = response;
  if (status >= 300 && status < 400) {
    await response.body?.cancel();
    return redirected(response, asked, secrets);
  }
  const said = quote(await sourceMessage(response), secrets);
  const what = `answered ${status}${said && `: "${said}"`}`;
  const message = `${asked}: the source ${what}.`;
  const wait = () => ({
    retryAfterMs: readRetryAfterMs(response.headers.get('retry-after'), nowMs),
  });
  if (status === 401) return new FailedRequest('unauthorised', what);
  if (status === 403) {
    return new CredentialsError(
      message,
      'Give the app the API scope "WFM Integration", and check that it belongs to this account ' +
        'and, where the source asks for it, that the stream id is set and right.',
    );
  }
  if (status === 404) {
    return new RequestRefusedError(message, 'Check the host and the account id.');
  }
  if (status === 413) {
    return new ResponseTooLargeError(message, 'Ask for a smaller window.', null);
  }
  if (status === 429) return new FailedRequest('throttled', what, wait());
  // 504: a gateway gave up waiting for the source, so that less may be answered in time.
  if (status === 408 || status === 504) return new FailedRequest('timeout', what, wait());
  if (status >= 500) return new FailedRequest('unavailable', what, wait());
  if (status >= 400) {
    return new RequestRefusedError(
      message,
      'Check the host and the account id, and set the stream id (st-…) if the account needs one.',
    );
  }
  return new SourceContractError(
    message,
    'Check that the host is the one of SmartAssist: the API answers with 200.',
  );
}

/** Not followed: a token is for the host in the settings, and for no other. */
function redirected(response: Response, asked: string, secrets: readonly string[]) {
  const location = response.headers.get('location');
  const to =
    location !== null && URL.canParse(location, response.url)
      ? new URL(location, response.url).host
      : '';
  return new RequestRefusedError(
    `${asked}: the source answered ${response.status}, a redirect to ` +
      `${quote(to, secrets) || 'nowhere'}, which is not followed.`,
    'Set the host that answers without a redirect.',
  );
}

/** `{"errors": [{"msg": …}]}` is how Kore.ai's APIs say what is wrong; of another object its first message. */
async function sourceMessage(response: Response): Promise<string> {
  try {
    const body = await readBody(response, MAX_ERROR_BODY_BYTES, '');
    const json: unknown = JSON.parse(body.toString('utf8'));
    return (isObject(json) && wordsIn(json)) || '';
  } catch {
    return '';
  }
}

/** The body of an answer other than 200; `null` when it is too long to be one. */
export async function readErrorBody(response: Response): Promise<Buffer | null> {
  try {
    return await readBody(response, MAX_ERROR_BODY_BYTES, '');
  } catch (error) {
    if (error instanceof ResponseTooLargeError) return null;
    throw error;
  }
}

/** Makes text from outside fit for a message: one line, short, without tokens and credentials. */
export function quote(text: string, secrets: readonly string[]): string {
  const line = text.replace(/[\s\p{Zl}\p{Zp}]+/gu, ' ').replace(/[\p{Cc}\p{Cf}]/gu, '');
  return secrets
    .reduce((rest, secret) => rest.replaceAll(secret, '[hidden]'), line)
    .replace(/eyJ[\w.-]*/g, '[hidden]')
    .trim()
    .slice(0, MAX_MESSAGE_LENGTH)
    .toWellFormed();
}
