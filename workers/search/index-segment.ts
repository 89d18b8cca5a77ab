import type { ChunkId, DocumentId, SegmentId } from '../../src/domain/ids.ts';
import { InvalidInputError } from '../../src/domain/errors.ts';
import {
  decodeLexicalSegment,
  FIELD_COUNT,
  lengthIn,
  lexicalBytes,
  type LexicalSegment,
} from '../../src/engine/lexical/lexical-segment.ts';
import { IdColumn } from '../../src/engine/id-column.ts';
import { hasTwins } from '../../src/engine/id-index.ts';
import type { IdList, SegmentLoad, VectorLoad } from './api.ts';
import { checkVectors, type CheckedVectors, type ModelVectors, type PlacedVectors } from './model-vectors.ts';

/** One segment in memory: its postings, its vectors under each model, and which of its chunks are still alive. */
export class IndexSegment {
  readonly segmentId: SegmentId;
  readonly chunkIds: IdColumn<ChunkId>;
  /** For each chunk, its document's number in the index. */
  readonly documentNumbers: Uint32Array;
  /** For each chunk, its position in its document, where that is known. */
  readonly positions: Uint32Array | undefined;
  readonly lexical: LexicalSegment;
  /** Its vectors under each model, once it has entered the index. */
  readonly vectors = new Map<string, PlacedVectors>();
  readonly #loaded: CheckedVectors | undefined;
  /** 1 = alive, 0 = deleted. */
  readonly live: Uint8Array;
  tombstoneCount = 0;
  /** Sums over the live chunks: see `CollectionStatistics`. */
  readonly fieldTotals = new Float64Array(FIELD_COUNT);
  readonly fieldCounts = new Float64Array(FIELD_COUNT);

  /** Checks and decodes a load. Throws `InvalidInputError`; nothing outside has changed then. */
  constructor(load: SegmentLoad, documentNumbers: Uint32Array) {
    this.segmentId = load.segmentId;
    this.chunkIds = readIds(load.chunkIds);
    this.documentNumbers = documentNumbers;
    this.positions = load.positions;
    this.lexical = decodeLexicalSegment(load.lexical);
    const count = this.chunkIds.length;
    if (
      this.lexical.chunkCount !== count ||
      documentNumbers.length !== count ||
      (load.positions?.length ?? count) !== count
    ) {
      throw new InvalidInputError('A part of the search index does not fit its list of passages; rebuild the index.');
    }
    if (hasTwins(this.chunkIds)) {
      throw new InvalidInputError('A part of the search index lists a passage twice; rebuild the index.');
    }
    this.live = new Uint8Array(count).fill(1);
    for (let ordinal = 0; ordinal < count; ordinal++) this.#count(ordinal, 1);
    for (const ordinal of load.tombstones) {
      if (!Number.isInteger(ordinal) || ordinal < 0 || ordinal >= count) {
        throw new InvalidInputError(
          'A part of the search index deletes a passage it does not hold; rebuild the index.',
        );
      }
      this.bury(ordinal);
    }
    this.#loaded = load.vectors && checkVectors(load.vectors, count);
  }

  /** Tombstones a chunk; again is no harm. */
  bury(ordinal: number): void {
    if (this.live[ordinal] !== 1) return;
    this.live[ordinal] = 0;
    this.tombstoneCount++;
    this.#count(ordinal, -1);
    for (const { index, part } of this.vectors.values()) index.remove([part.firstKey + ordinal]);
  }

  /** Throws `InvalidInputError` where what was loaded cannot be searched beside what is there; nothing has changed then. */
  checkFit(models: ModelVectors): void {
    if (this.#loaded !== undefined) models.checkFit(this.#loaded);
  }

  /** Takes the vectors it was loaded with to the indexes of their models. */
  enter(models: ModelVectors): void {
    if (this.#loaded !== undefined) this.#place(this.#loaded, models);
  }

  leave(models: ModelVectors): void {
    for (const [modelKey, placed] of this.vectors) models.remove(modelKey, placed);
    this.vectors.clear();
  }

  setVectors(load: VectorLoad, models: ModelVectors): void {
    const checked = checkVectors(load, this.chunkIds.length);
    const older = this.vectors.get(load.modelKey);
    if (older === undefined || older.index.dimensions === load.dimensions) models.checkFit(checked);
    if (older !== undefined) models.remove(load.modelKey, older);
    this.vectors.delete(load.modelKey);
    this.#place(checked, models);
  }

  #place(checked: CheckedVectors, models: ModelVectors): void {
    const placed = models.place(checked);
    this.vectors.set(checked.modelKey, placed);
    this.live.forEach((isLive, ordinal) => {
      if (isLive !== 1) placed.index.remove([placed.part.firstKey + ordinal]);
    });
  }

  get liveMask(): Uint8Array | undefined {
    return this.tombstoneCount === 0 ? undefined : this.live;
  }

  /** Live chunks whose document is allowed; `undefined` where that is all of them. */
  acceptMask(allowedDocuments: Uint8Array | undefined): Uint8Array | undefined {
    if (allowedDocuments === undefined) return this.liveMask;
    const mask = new Uint8Array(this.live.length);
    for (let ordinal = 0; ordinal < mask.length; ordinal++) {
      mask[ordinal] = (this.live[ordinal] ?? 0) & (allowedDocuments[this.documentNumbers[ordinal] ?? 0] ?? 0);
    }
    return mask;
  }

  /** Without the vectors: see `ModelVectors.memoryBytes`. */
  get memoryBytes(): number {
    return (
      lexicalBytes(this.lexical) +
      this.live.byteLength +
      this.documentNumbers.byteLength +
      (this.positions?.byteLength ?? 0)
    );
  }

  #count(ordinal: number, sign: 1 | -1): void {
    for (let field = 0; field < FIELD_COUNT; field++) {
      const length = lengthIn(this.lexical, ordinal, field);
      if (length === 0) continue;
      this.fieldTotals[field] = (this.fieldTotals[field] ?? 0) + sign * length;
      this.fieldCounts[field] = (this.fieldCounts[field] ?? 0) + sign;
    }
  }
}

/** Throws `InvalidInputError` unless these are whole ids. */
export function readIds<Id extends ChunkId | DocumentId>(ids: IdList<Id>): IdColumn<Id> {
  try {
    return IdColumn.of<Id>(ids);
  } catch (cause) {
    throw new InvalidInputError('A part of the search index has damaged names; rebuild the index.', { cause });
  }
}
