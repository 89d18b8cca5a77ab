import type { Surroundings } from '../../src/engine/ranking/add-context.ts';
import type { PassageOrder } from './passage-order.ts';
import type { SearchKeys } from './search-keys.ts';

const STEPS = [-1, 1] as const;

/**
 * What stands around the passages of one search, in its keys. What the masks (1 = may be found; absent: all may) leave out
 * is not seen, so that a filter or an excluded word holds for neighbours too. Each is looked up once.
 */
export function findSurroundings(
  keys: SearchKeys,
  order: PassageOrder,
  acceptMasks: readonly (Uint8Array | undefined)[],
): Surroundings {
  const known = new Map<number, readonly number[]>();
  const findNeighbours = (key: number): readonly number[] => {
    const { index, segment, ordinal } = keys.placeOf(key);
    const found: number[] = [];
    for (const step of STEPS) {
      // Nearly always right beside it: nothing to look up then.
      if (order.isBeside(segment, ordinal, step)) {
        if (acceptMasks[index]?.[ordinal + step] !== 0) found.push(key + step);
        continue;
      }
      const near = order.nextTo(segment, ordinal, step);
      const place = near && keys.indexOf(near.segment);
      if (near === undefined || place === undefined || acceptMasks[place]?.[near.ordinal] === 0) continue;
      found.push(keys.firstKeyOf(place) + near.ordinal);
    }
    return found;
  };
  return {
    neighboursOf: (key) => {
      const before = known.get(key);
      if (before !== undefined) return before;
      const found = findNeighbours(key);
      known.set(key, found);
      return found;
    },
    documentOf: (key) => {
      const { segment, ordinal } = keys.placeOf(key);
      return segment.documentNumbers[ordinal] ?? -1;
    },
  };
}
