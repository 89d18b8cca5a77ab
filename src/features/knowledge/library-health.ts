import type { SegmentId } from '../../domain/ids.ts';

/** A part of a segment that is not used as it is on disk, until it has been made anew. */
export interface Ailment {
  readonly segmentId: SegmentId;
  /** `index`: table or postings; the segment is not searched. `vectors`: searched by words only. `texts`: some cannot be read. */
  readonly part: 'index' | 'vectors' | 'texts';
  /** `outdated`: written by another version of the app. */
  readonly reason: 'damaged' | 'outdated';
  /** Not in the search index until it has been made anew. */
  readonly isSetAside?: true;
}

/** How sound the library on disk is; the person is told. Damaged parts are set aside, made anew, and only then deleted. */
export interface HealthReport {
  /** Parts found damaged since the library was opened, and records that could not be opened. */
  readonly damagedCount: number;
  /** Parts that an older version of the app had written. */
  readonly outdatedCount: number;
  /** Of both, those that have been made anew. */
  readonly repairedCount: number;
  /** Still to be made anew. */
  readonly waitingCount: number;
  /** Times that parts of the index could not be read in the background, since they last could: the disk would not give them. */
  readonly unreadCount: number;
}

export class LibraryHealth {
  readonly #onChange: () => void;
  readonly #ailments = new Map<string, Ailment>();
  #damagedCount = 0;
  #outdatedCount = 0;
  #repairedCount = 0;
  #unreadCount = 0;

  /** `onChange`: told where the person may have to be. */
  constructor(onChange: () => void = () => undefined) {
    this.#onChange = onChange;
  }

  /**
   * Nobody waits for this reading in the background. Where it fails, answers are given from what is in memory, and the count of
   * what is unread stands until a later reading succeeds.
   */
  watch(reading: Promise<unknown>): void {
    void reading.then(
      () => this.#countUnread(0),
      () => this.#countUnread(this.#unreadCount + 1),
    );
  }

  /** A record other than a segment's that could not be opened: a document's, say. */
  reportRecord(): void {
    this.#damagedCount++;
  }

  /** Again is no harm. */
  report(ailment: Ailment): void {
    const key = keyOf(ailment.segmentId, ailment.part);
    if (this.#ailments.has(key)) return;
    this.#ailments.set(key, ailment);
    if (ailment.reason === 'damaged') this.#damagedCount++;
    else this.#outdatedCount++;
  }

  /** The part has been made anew. */
  resolve(segmentId: SegmentId, part: Ailment['part']): void {
    if (this.#ailments.delete(keyOf(segmentId, part))) this.#repairedCount++;
  }

  /** The segment is no more, its chunks having moved to another. */
  forget(segmentId: SegmentId): void {
    for (const part of ['index', 'vectors', 'texts'] as const) this.resolve(segmentId, part);
  }

  #countUnread(count: number): void {
    if (count === this.#unreadCount) return;
    this.#unreadCount = count;
    this.#onChange();
  }

  /** Whether the search index does not have this segment. */
  isQuarantined(segmentId: SegmentId): boolean {
    return this.#ailments.get(keyOf(segmentId, 'index'))?.isSetAside === true;
  }

  /** What is left to repair, oldest first; vectors are made anew by embedding. */
  get toRepair(): readonly Ailment[] {
    return [...this.#ailments.values()].filter(({ part }) => part !== 'vectors');
  }

  get current(): HealthReport {
    return {
      damagedCount: this.#damagedCount,
      outdatedCount: this.#outdatedCount,
      repairedCount: this.#repairedCount,
      waitingCount: this.#ailments.size,
      unreadCount: this.#unreadCount,
    };
  }
}

function keyOf(segmentId: SegmentId, part: Ailment['part']): string {
  return `${part} ${segmentId}`;
}
