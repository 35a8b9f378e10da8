import type { AwsClients } from '../../shared/aws.ts';
import type { Queries } from '../../shared/queries/query-result.ts';
import type { AccountSettingsInput } from '../../shared/settings.ts';

/** Where a lake is: a data folder served by the embedded AWS, or a deployed stack. */
export interface Place {
  readonly kind: 'folder' | 'stack';
  /** As a message calls it. */
  readonly name: string;
  readonly bucket: string;
  readonly checkpointTable: string;
  /** The accounts it holds, in the order of their ids. */
  accounts(): Promise<readonly string[]>;
  /** Whether it holds this account; asks of no other. */
  holds(accountId: string): Promise<boolean>;
  /** The settings an account is deployed with, as written; `null` in a folder. */
  deployed(accountId: string): Promise<AccountSettingsInput | null>;
  /** Who the person at this command line is, for the run ledger. */
  person(): Promise<string>;
  /** Does something with the clients; all of it again if a folder's servers are lost meanwhile. */
  use<T>(action: (clients: AwsClients) => Promise<T>): Promise<T>;
  queries(): Promise<Queries>;
  /** Where an object of the lake can be read: its absolute path, or its `s3://` address. */
  addressOf(key: string): string;
  close(): Promise<void>;
}

/** An AWS client lost the server it spoke to. */
export function isConnectionLost(error: unknown): boolean {
  return ['ECONNREFUSED', 'ECONNRESET', 'EPIPE'].includes(
    (Object(error) as { code?: string }).code ?? '',
  );
}
