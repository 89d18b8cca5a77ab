import { InvalidInputError } from '../../src/domain/errors.ts';
import {
  decodeExactRows,
  decodeVectorCodes,
  type ExactRows,
  type VectorCodes,
} from '../../src/engine/vector/segment-vectors.ts';
import { VectorIndex } from '../../src/engine/vector/vector-index.ts';
import type { VectorPart } from '../../src/engine/vector/vector-parts.ts';
import type { VectorLoad } from './api.ts';
import { TokenLists } from './token-lists.ts';

/** What a segment brings for one model, checked. */
export interface CheckedVectors {
  readonly modelKey: string;
  readonly codes: VectorCodes;
  readonly exact: ExactRows | undefined;
}

/** A segment's vectors in the index of their model. */
export interface PlacedVectors {
  readonly index: VectorIndex;
  readonly part: VectorPart;
  /** Chunks that have a vector. */
  readonly vectorCount: number;
  hasExact: boolean;
  /** Of its chunks, by ordinal; they come and go with the exact rows. */
  tokens: TokenLists | undefined;
}

/** Checks what a segment of `chunkCount` chunks brings. Throws `InvalidInputError`. */
export function checkVectors(load: VectorLoad, chunkCount: number): CheckedVectors {
  const codes = decodeVectorCodes(load.codes);
  if (codes.chunkCount !== chunkCount || codes.dimensions !== load.dimensions) {
    throw new InvalidInputError('The embeddings do not fit the passages they are for; they have to be made again.');
  }
  const exact = load.exact === undefined ? undefined : decodeExactRows(load.exact, codes);
  return { modelKey: load.modelKey, codes, exact };
}

/** One vector index for each model. */
export class ModelVectors {
  readonly #indexes = new Map<string, VectorIndex>();
  readonly #open: (dimensions: number) => VectorIndex;

  constructor(open: (dimensions: number) => VectorIndex = (dimensions) => new VectorIndex({ dimensions })) {
    this.#open = open;
  }

  get memoryBytes(): number {
    let total = 0;
    for (const index of this.#indexes.values()) total += index.memoryBytes;
    return total;
  }

  /** Throws `InvalidInputError` where the vectors differ in their dimensions from those of the same model that are there. */
  checkFit({ modelKey, codes }: CheckedVectors): void {
    const index = this.#indexes.get(modelKey);
    if (index !== undefined && index.dimensions !== codes.dimensions) {
      throw new InvalidInputError('Embeddings of one model differ in their dimensions; they have to be made again.');
    }
  }

  place(vectors: CheckedVectors): PlacedVectors {
    this.checkFit(vectors);
    const { modelKey, codes, exact } = vectors;
    let index = this.#indexes.get(modelKey);
    if (index === undefined) {
      index = this.#open(codes.dimensions);
      this.#indexes.set(modelKey, index);
    }
    const part = index.addSegment(codes);
    if (exact !== undefined) index.setExact(part, exact);
    return {
      index,
      part,
      vectorCount: vectorCountOf(codes),
      hasExact: exact !== undefined,
      tokens: TokenLists.of(exact?.tokens),
    };
  }

  remove(modelKey: string, { index, part }: PlacedVectors): void {
    index.removeSegment(part);
    if (!index.isEmpty) return;
    index.close();
    this.#indexes.delete(modelKey);
  }
}

function vectorCountOf({ chunkCount, rowCounts }: VectorCodes): number {
  return rowCounts?.reduce((count, rows) => count + (rows > 0 ? 1 : 0), 0) ?? chunkCount;
}
