import { ActivityLakeError } from '../shared/errors.ts';

/** The folder that `--data` names holds nothing of ours, or something that is not ours to replace. */
export class DataFolderError extends ActivityLakeError {
  override readonly name = 'DataFolderError';
}

/** The stack that `--stack` names is not there, or is none of ours. */
export class StackError extends ActivityLakeError {
  override readonly name = 'StackError';
}

/** A person was asked, and did not say yes. */
export class NotConfirmedError extends ActivityLakeError {
  override readonly name = 'NotConfirmedError';
}
