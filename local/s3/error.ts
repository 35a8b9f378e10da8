/** An answer other than success: `code` is what the AWS SDK shows as `error.name`. */
export class S3Error extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export const noSuchBucket = () =>
  new S3Error(404, 'NoSuchBucket', 'The specified bucket does not exist.');

export const noSuchKey = () => new S3Error(404, 'NoSuchKey', 'The specified key does not exist.');

export const preconditionFailed = () =>
  new S3Error(
    412,
    'PreconditionFailed',
    'At least one of the pre-conditions you specified did not hold',
  );

export const incompleteBody = () =>
  new S3Error(
    400,
    'IncompleteBody',
    'You did not provide the number of bytes specified by the Content-Length HTTP header.',
  );

/** S3's own answer to what it does not offer; here to what the lake never asks for. */
export const notImplemented = (what: string) =>
  new S3Error(501, 'NotImplemented', `${what} is not implemented by this embedded object store.`);

export const invalidArgument = (message: string) => new S3Error(400, 'InvalidArgument', message);
