import type { ChunkId, DocumentId, SegmentId } from '../../src/domain/ids.ts';
import { InvalidInputError } from '../../src/domain/errors.ts';
import {
  decodeLexicalSegment,
  FIELD_COUNT,
  lexicalBytes,
  type LexicalSegment,
} from '../../src/engine/lexical/lexical-segment.ts';
import { decodeVectorSegment, type VectorSegment } from '../../src/engine/vector/vector-segment.ts';
import { IdColumn } from '../../src/engine/id-column.ts';
import { hasTwins } from '../../src/engine/id-index.ts';
import type { IdList, SegmentLoad, VectorLoad } from './api.ts';

/** One segment in memory: its postings, its vectors under each model, and which of its chunks are still alive. */
export class IndexSegment {
  readonly segmentId: SegmentId;
  readonly chunkIds: IdColumn<ChunkId>;
  /** For each chunk, its document's number in the index. */
  readonly documentNumbers: Uint32Array;
  readonly lexical: LexicalSegment;
  readonly vectors = new Map<string, VectorSegment>();
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
    this.lexical = decodeLexicalSegment(load.lexical);
    const count = this.chunkIds.length;
    if (this.lexical.chunkCount !== count || documentNumbers.length !== count) {
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
    if (load.vectors !== undefined) this.setVectors(load.vectors);
  }

  /** Tombstones a chunk; again is no harm. */
  bury(ordinal: number): void {
    if (this.live[ordinal] !== 1) return;
    this.live[ordinal] = 0;
    this.tombstoneCount++;
    this.#count(ordinal, -1);
  }

  setVectors(load: VectorLoad): void {
    const vectors = decodeVectorSegment(load.codes);
    if (vectors.chunkCount !== this.chunkIds.length || vectors.dimensions !== load.dimensions) {
      throw new InvalidInputError('The embeddings do not fit the passages they are for; they have to be made again.');
    }
    this.vectors.set(load.modelKey, vectors);
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

  get memoryBytes(): number {
    let total = lexicalBytes(this.lexical) + this.live.byteLength + this.documentNumbers.byteLength;
    for (const { codes, scales } of this.vectors.values()) total += codes.byteLength + scales.byteLength;
    return total;
  }

  #count(ordinal: number, sign: 1 | -1): void {
    for (let field = 0; field < FIELD_COUNT; field++) {
      const length = this.lexical.fieldLengths[ordinal * FIELD_COUNT + field] ?? 0;
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
