import { differences, type RowDifference } from '../activity/row-difference.ts';
import { columnsIn, type OpenRowGroup, openBlock, spanOf } from './block-format.ts';
import { asRows, columnsOf } from './coding.ts';
import { type Columns, codesOf, compareCodes, concat, take } from './columns.ts';
import { extentOf } from './parquet/file.ts';
import { sortedBy } from './row-order.ts';
import type { Table } from './table.ts';

/** Of a day that was read by another clock every row differs: nobody reads them all. */
const NAMED = 100;

/** In what a stored block differs from what it should be. */
interface BlockDifference {
  readonly differing: number;
  /** The first hundred of them. */
  readonly named: readonly RowDifference[];
}

/**
 * Compares two blocks of a table. Row groups of the same bytes hold the same rows and are not read; of the others the
 * rows are compared, for another version of zlib may have written them.
 *
 * @param stored `null`: nothing
 * @throws what `openBlock` throws
 */
export function blockDifference(
  table: Table,
  stored: Uint8Array | null,
  wanted: Uint8Array,
): BlockDifference {
  const before = stored === null ? new Map<number, GroupBytes>() : groupsBySpan(table, stored);
  const after = groupsBySpan(table, wanted);
  const spans = [...new Set([...before.keys(), ...after.keys()])].sort((a, b) => a - b);
  let differing = 0;
  const named: RowDifference[] = [];
  for (const span of spans) {
    const [is, shouldBe] = [before.get(span), after.get(span)];
    if (is && shouldBe && is.bytes.equals(shouldBe.bytes)) continue;
    const found = compared(table, rowsOf(table, is), rowsOf(table, shouldBe), NAMED - named.length);
    differing += found.differing;
    named.push(...found.named);
  }
  return { differing, named };
}

interface GroupBytes {
  readonly group: OpenRowGroup;
  readonly bytes: Buffer;
}

function groupsBySpan(table: Table, bytes: Uint8Array): ReadonlyMap<number, GroupBytes> {
  return new Map(
    openBlock(table, bytes).groups.map((group) => {
      const { start, end } = extentOf(group.group);
      const own = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
      return [spanOf(table, group.group), { group, bytes: own }];
    }),
  );
}

function rowsOf(table: Table, found: GroupBytes | undefined): Columns {
  return found === undefined ? columnsOf(table, []) : columnsIn(table, found.group);
}

/** @param most how many differences are named */
function compared(table: Table, is: Columns, shouldBe: Columns, most: number): BlockDifference {
  const all = concat([is, shouldBe]);
  const identity = codesOf(all, table.identity);
  const whole = codesOf(
    all,
    table.columns.map(({ name }) => name),
  );
  // Of one identity what is stored comes first.
  const order = sortedBy(all, table.identity);
  const [stored, wanted]: [number[], number[]] = [[], []];
  let differing = 0;
  for (let at = 0; at < order.length; at += 1) {
    const row = order[at] as number;
    const next = order[at + 1];
    const isStored = row < is.length;
    const isPair =
      isStored &&
      next !== undefined &&
      next >= is.length &&
      compareCodes(identity, row, next) === 0;
    if (isPair) at += 1;
    if (isPair && compareCodes(whole, row, next) === 0) continue;
    differing += 1;
    if (differing > most) continue;
    if (isStored) stored.push(row);
    if (isPair) wanted.push(next);
    else if (!isStored) wanted.push(row);
  }
  const [rows, rowsWanted] = [stored, wanted].map((some) =>
    asRows(table, take(all, Int32Array.from(some))),
  );
  return { differing, named: differences(table, rows ?? [], rowsWanted ?? []) };
}
