import { EvidenceError } from '../errors.ts';
import { dayColumn, type Table } from './table.ts';

/** The rows of one account and one day in one table: the unit of storage and of compare-and-swap. */
export interface Block {
  readonly table: Table;
  readonly accountId: string;
  /** `YYYY-MM-DD`, UTC or local as the table has it; `null` for a table that is not by day. */
  readonly day: string | null;
}

/** The object that names the current version, and that Athena reads through. */
export function pointerKey(block: Block): string {
  return `${folderOf(block)}current`;
}

/** The block whose pointer this is; `null` when it is none of that table. */
export function blockOfPointer(table: Table, key: string): Block | null {
  const [, accountId] = /^[^/]+\/account_id=([^/]+)\//.exec(key) ?? [];
  if (accountId === undefined) return null;
  const block = { table, accountId, day: dayIn(key) };
  return pointerKey(block) === key ? block : null;
}

/**
 * A version of a block. Its number is one more than that of the version it was made from, so the current
 * versions of a block are numbered 1, 2, 3, … and each number is current once; those of lost races
 * bear the number of the winner.
 */
export function versionKey(block: Block, number: number, unique: string): string {
  return `${versionsPrefix(block)}${String(number).padStart(8, '0')}-${unique}.parquet`;
}

/** Where the versions of a block are,. */
export function versionsPrefix(block: Block): string {
  return `blocks/${folderOf(block)}`;
}

const NUMBERED = /\/(\d{8,})-[\w-]+\.parquet$/;

export function isVersion(key: string): boolean {
  return NUMBERED.test(key);
}

/** @throws EvidenceError when it is no version's key */
export function versionNumber(version: string): number {
  const [, number] = NUMBERED.exec(version) ?? [];
  if (number !== undefined) return Number(number);
  throw new EvidenceError(
    `${version} is not the name of a version of a block.`,
    'It was not written by this product. Remove it.',
  );
}

const ADDRESS = /^s3:\/\/[^/\n]+\/(.+)\n?$/;

/**
 * The key that a pointer names. The bucket in it is not looked at: a copy of a lake names the one it was
 * copied from.
 *
 * @throws EvidenceError when it names no version of this block
 */
export function readPointer(block: Block, text: string): string {
  const [, key] = ADDRESS.exec(text) ?? [];
  if (key?.startsWith(versionsPrefix(block)) && isVersion(key)) return key;
  throw new EvidenceError(
    `${pointerKey(block)} does not name a version of its block.`,
    'It was not written by this product. Put the pointer back that was there before.',
  );
}

/** The day in the key of a pointer or a version; `null` for a table that is not by day. */
export function dayIn(key: string): string | null {
  const [, day = null] = /\/(?:dt|day)=(\d{4}-\d\d-\d\d)\//.exec(key) ?? [];
  return day;
}

function folderOf({ table, accountId, day }: Block): string {
  return `${pointersPrefix(table, accountId)}${day === null ? '' : `${dayColumn(table)?.name}=${day}/`}`;
}

/** Where the pointers of an account are. */
export function pointersPrefix(table: Table, accountId: string): string {
  return `${table.folder}/account_id=${accountId}/`;
}
