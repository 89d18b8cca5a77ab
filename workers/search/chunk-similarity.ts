import { sketchSimilarity, SKETCH_BYTES } from '../../src/engine/lexical/sketch.ts';
import type { Similarity } from '../../src/engine/ranking/diversify.ts';
import { directionSimilarity } from '../../src/engine/vector/direction-similarity.ts';
import type { ChunkDirection } from '../../src/engine/vector/vector-index.ts';
import type { KeyPlace, SearchKeys } from './search-keys.ts';

/** Likeness granted to two chunks for coming from one document, where their words say less. */
const SAME_DOCUMENT = 0.2;
/** Two chunks with at least this share of terms in common, and this cosine, are taken for one. */
const SAME_TERMS = 0.8;
const SAME_MEANING = 0.97;

/**
 * How alike two chunks are: the cosine of their vectors under `modelKey`, or, where either has none, the share of
 * terms they have in common, and no less than a little for chunks of one document.
 */
export function chunkSimilarity(keys: SearchKeys, modelKey: string | undefined): Similarity {
  // Each is read once, however many others it is compared with.
  const directions = new Map<number, ChunkDirection | undefined>();
  const directionOf = (key: number, { segment, ordinal }: KeyPlace): ChunkDirection | undefined => {
    if (directions.has(key)) return directions.get(key);
    const placed = modelKey === undefined ? undefined : segment.vectors.get(modelKey);
    const direction = placed?.index.directionOf(placed.part.firstKey + ordinal);
    directions.set(key, direction);
    return direction;
  };
  return (left, right) => {
    const a = keys.placeOf(left);
    const b = keys.placeOf(right);
    const aDirection = directionOf(left, a);
    const bDirection = directionOf(right, b);
    if (aDirection !== undefined && bDirection !== undefined) {
      return Math.max(0, directionSimilarity(aDirection, bDirection));
    }
    const shared = sketchSimilarity(
      a.segment.lexical.sketches,
      a.ordinal * SKETCH_BYTES,
      b.segment.lexical.sketches,
      b.ordinal * SKETCH_BYTES,
    );
    const isSameDocument = a.segment.documentNumbers[a.ordinal] === b.segment.documentNumbers[b.ordinal];
    return Math.max(shared, isSameDocument ? SAME_DOCUMENT : 0);
  };
}

/**
 * Whether two chunks say the same in nearly the same words: hardly a term apart by their sketches, and, where both have
 * vectors, hardly an angle apart either.
 */
export function nearDuplicates(
  keys: SearchKeys,
  modelKey: string | undefined,
): (left: number, right: number) => boolean {
  const similarity = chunkSimilarity(keys, modelKey);
  return (left, right) => {
    const a = keys.placeOf(left);
    const b = keys.placeOf(right);
    const shared = sketchSimilarity(
      a.segment.lexical.sketches,
      a.ordinal * SKETCH_BYTES,
      b.segment.lexical.sketches,
      b.ordinal * SKETCH_BYTES,
    );
    return shared >= SAME_TERMS && similarity(left, right) >= SAME_MEANING;
  };
}
