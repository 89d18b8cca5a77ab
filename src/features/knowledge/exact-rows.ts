import { InvalidInputError } from '../../domain/errors.ts';
import type { SegmentId } from '../../domain/ids.ts';
import type { Searcher } from '../../platform/compute/ports.ts';
import type { RecordStore } from '../../platform/storage/record-store.ts';
import type { LibraryState } from './library-state.ts';
import type { VectorSpace } from './library.ts';

export interface ExactRowsDeps {
  readonly store: RecordStore;
  readonly searcher: Searcher;
  readonly state: LibraryState;
  /** Bytes of exact rows kept in memory. */
  readonly budgetBytes: () => number;
  /** How much a segment's rows are in use: see `TierRouter.heatOf`. */
  readonly heatOf: (segmentId: SegmentId) => number;
  /** Whether the index is without this segment for now: there is nothing for its rows to go with. */
  readonly isSetAside: (segmentId: SegmentId) => boolean;
  /** Told of rows that cannot be opened. */
  readonly onLost: (segmentId: SegmentId, modelKey: string) => void;
}

interface Resident {
  readonly exactId: string;
  readonly sizeBytes: number;
}

/**
 * Which segments have their exact rows in the index's memory: as many as the budget holds, those in use before others.
 * Codes alone find candidates; exact rows decide among them.
 */
export class ExactRows {
  readonly #deps: ExactRowsDeps;
  readonly #residents = new Map<SegmentId, Resident>();
  #sizeBytes = 0;

  constructor(deps: ExactRowsDeps) {
    this.#deps = deps;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  has(segmentId: SegmentId, space: VectorSpace): boolean {
    return this.#residents.get(segmentId)?.exactId === this.#exactIdOf(segmentId, space);
  }

  /** The index has been given these rows already, with a new segment or new vectors. */
  async took(segmentId: SegmentId, space: VectorSpace, sizeBytes: number): Promise<void> {
    this.#keep(segmentId, space, sizeBytes);
    await this.#fitBudget(space, new Set([segmentId]));
  }

  forget(segmentId: SegmentId): void {
    this.#sizeBytes -= this.#residents.get(segmentId)?.sizeBytes ?? 0;
    this.#residents.delete(segmentId);
  }

  forgetAll(): void {
    this.#residents.clear();
    this.#sizeBytes = 0;
  }

  /**
   * Brings in the rows of these segments, over the budget if need be, and lets go of others' for them. Returns how many
   * were read from the disk.
   */
  async bringIn(segmentIds: readonly SegmentId[], space: VectorSpace): Promise<number> {
    const missing = segmentIds.flatMap((segmentId) => {
      const exactId = this.#deps.state.entry(segmentId)?.vectors[space.modelKey]?.exactId;
      const isThere = exactId === undefined || this.has(segmentId, space);
      return isThere || this.#deps.isSetAside(segmentId) ? [] : [{ segmentId, exactId }];
    });
    if (missing.length === 0) return 0;
    const found = await this.#deps.store.findMany(
      'vectors',
      missing.map(({ exactId }) => exactId),
      ignoreDamage,
    );
    for (const [index, { segmentId, exactId }] of missing.entries()) {
      // Replaced or merged away while it was read: the newcomer has its own.
      if (this.#exactIdOf(segmentId, space) !== exactId) continue;
      const exact = found[index];
      if (!exact) {
        this.#deps.onLost(segmentId, space.modelKey);
        continue;
      }
      this.#keep(segmentId, space, exact.byteLength);
      try {
        await this.#deps.searcher.setExact(segmentId, space.modelKey, exact);
      } catch (error) {
        if (!(error instanceof InvalidInputError)) throw error;
        this.forget(segmentId);
        this.#deps.onLost(segmentId, space.modelKey);
      }
    }
    await this.#fitBudget(space, new Set(segmentIds));
    return missing.length;
  }

  /** Fills the budget, a segment at a time, until `isOver`: those most in use first, then the newest. `pause`: before each. */
  async fill(space: VectorSpace, isOver: () => boolean, pause: () => Promise<void>): Promise<void> {
    const { state, heatOf, budgetBytes } = this.#deps;
    const heat = new Map(
      state.manifest.segments.map((entry, index) => [entry.segmentId, heatOf(entry.segmentId) + index * 1e-9]),
    );
    const wanted = [...heat.keys()].sort((left, right) => (heat.get(right) ?? 0) - (heat.get(left) ?? 0));
    let largest = 0;
    for (const segmentId of wanted) {
      await pause();
      if (isOver() || this.#sizeBytes + largest > budgetBytes()) return;
      const before = this.#sizeBytes;
      await this.bringIn([segmentId], space);
      largest = Math.max(largest, this.#sizeBytes - before);
    }
  }

  async #fitBudget(space: VectorSpace, kept: ReadonlySet<SegmentId>): Promise<void> {
    const { budgetBytes, heatOf, searcher, state } = this.#deps;
    if (this.#sizeBytes <= budgetBytes()) return;
    // A map keeps the order of use: what was taken in or used longest ago goes first among equals.
    const byHeat = [...this.#residents.keys()]
      .filter((segmentId) => !kept.has(segmentId))
      .sort((left, right) => heatOf(left) - heatOf(right));
    for (const segmentId of byHeat) {
      if (this.#sizeBytes <= budgetBytes()) return;
      this.forget(segmentId);
      if (state.entry(segmentId)?.vectors[space.modelKey]) await searcher.setExact(segmentId, space.modelKey);
    }
  }

  #keep(segmentId: SegmentId, space: VectorSpace, sizeBytes: number): void {
    const exactId = this.#exactIdOf(segmentId, space);
    this.forget(segmentId);
    if (exactId === undefined) return;
    this.#residents.set(segmentId, { exactId, sizeBytes });
    this.#sizeBytes += sizeBytes;
  }

  #exactIdOf(segmentId: SegmentId, space: VectorSpace): string | undefined {
    return this.#deps.state.entry(segmentId)?.vectors[space.modelKey]?.exactId;
  }
}

const ignoreDamage = (): void => undefined;
