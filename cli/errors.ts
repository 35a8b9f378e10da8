import { ActivityLakeError } from '../shared/errors.ts';

/** The folder that `--data` names holds nothing of ours, or something that is not ours to replace. */
export class DataFolderError extends ActivityLakeError {
  override readonly name = 'DataFolderError';
}

/** DuckDB can't answer the query. */
export class QueryError extends ActivityLakeError {
  override readonly name = 'QueryError';
}
