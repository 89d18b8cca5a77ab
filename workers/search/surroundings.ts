import type { Surroundings } from '../../src/engine/ranking/add-context.ts';
import type { PassageOrder } from './passage-order.ts';
import type { SearchKeys } from './search-keys.ts';

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
  return {
    neighboursOf: (key) => {
      const before = known.get(key);
      if (before !== undefined) return before;
      const found = order.neighboursOf(keys.placeOf(key)).flatMap(({ segment, ordinal }) => {
        const place = keys.indexOf(segment);
        return place === undefined || acceptMasks[place]?.[ordinal] === 0 ? [] : [keys.firstKeyOf(place) + ordinal];
      });
      known.set(key, found);
      return found;
    },
    documentOf: (key) => {
      const { segment, ordinal } = keys.placeOf(key);
      return segment.documentNumbers[ordinal] ?? -1;
    },
  };
}
