import fc from 'fast-check';
import { versionKey, versionNumber } from '../../../shared/lake/block-keys.ts';
import type { ListedVersion, Pointer } from '../../../shared/lake/block-store.ts';
import { hasOldOrphan, READABLE_AFTER_MS, superseded } from '../../../shared/lake/superseded.ts';
import { agentActivity } from '../../../shared/lake/tables.ts';

const HOUR = 3_600_000;
const block = { table: agentActivity, accountId: 'a', day: '2026-01-31' };

/**
 * One block of a bucket, and whoever writes to it: as the store does, in single steps, between which any
 * time may pass and anything may happen.
 */
class BlockModel {
  nowMs = 0;
  pointer: Pointer | null = null;
  readonly versions = new Map<string, ListedVersion>();
  readonly writers: { readonly held: Pointer | null; readonly version: string }[] = [];
  /** Until when each version was current. */
  readonly currentUntilMs = new Map<string, number>();
  readonly removed = new Set<string>();
  #unique = 0;

  putVersion(): void {
    const number = this.pointer === null ? 1 : versionNumber(this.pointer.version) + 1;
    this.#unique += 1;
    const version = versionKey(block, number, `${this.#unique}`);
    this.versions.set(version, { key: version, storedAtMs: this.nowMs, bytes: 1 });
    this.writers.push({ held: this.pointer, version });
  }

  /** A writer whose turn comes late finds the pointer moved. */
  swap(choice: number): void {
    const [writer] = this.writers.splice(choice % Math.max(1, this.writers.length), 1);
    if (writer === undefined || writer.held?.etag !== this.pointer?.etag) return;
    if (this.pointer !== null) this.currentUntilMs.set(this.pointer.version, this.nowMs);
    this.pointer = {
      version: writer.version,
      etag: writer.version,
      madeOf: null,
      rowGroups: null,
      setAtMs: this.nowMs,
    };
    expect(this.versions.has(writer.version)).toBe(true);
  }

  removeAtNight(): void {
    const { pointer } = this;
    if (pointer === null) return;
    const listed = [...this.versions.values()];
    for (const { key } of superseded(listed, pointer, this.nowMs)) {
      expect(key).not.toBe(pointer.version);
      const untilMs = this.currentUntilMs.get(key) ?? Number.NEGATIVE_INFINITY;
      // A query that read the pointer in time still runs.
      expect(this.nowMs - untilMs).toBeGreaterThanOrEqual(READABLE_AFTER_MS);
      this.versions.delete(key);
      this.removed.add(key);
    }
    if (hasOldOrphan(listed, pointer, this.nowMs)) {
      this.putVersion();
      this.swap(this.writers.length - 1);
    }
  }
}

const step = fc.oneof(
  fc.constant((model: BlockModel) => model.putVersion()),
  fc.nat(5).map((choice) => (model: BlockModel) => model.swap(choice)),
  fc.nat(5).map((choice) => (model: BlockModel) => model.swap(choice)),
  fc.constant((model: BlockModel) => model.removeAtNight()),
  fc.constantFrom(1, 5, 20, 30, 100).map((hours) => (model: BlockModel) => {
    model.nowMs += hours * HOUR;
  }),
);

describe('the removal of superseded versions', () => {
  it('takes nothing that a pointer names, will name, or named within a day, whoever is how slow', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const model = new BlockModel();
        for (const each of steps) {
          each(model);
          if (model.pointer !== null) {
            expect(model.versions.has(model.pointer.version)).toBe(true);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('leaves the current version alone when nobody has written for a while', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const model = new BlockModel();
        for (const each of steps) each(model);
        // Whoever was slow is dead. The second night moves on past an orphan, the third takes it.
        for (let night = 0; night < 4; night += 1) {
          model.nowMs += 25 * HOUR;
          model.removeAtNight();
        }
        if (model.pointer === null) return;
        expect([...model.versions.keys()]).toEqual([model.pointer.version]);
      }),
      { numRuns: 300 },
    );
  });

  it('takes versions of a block that changes every night', () => {
    const model = new BlockModel();
    for (let night = 0; night < 10; night += 1) {
      model.putVersion();
      model.swap(0);
      model.nowMs += HOUR;
      model.removeAtNight();
      model.nowMs += 23 * HOUR;
    }
    expect(model.versions.size).toBe(3);
  });
});
