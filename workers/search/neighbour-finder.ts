import type { PassageOrder } from './passage-order.ts';
import type { SearchKeys } from './search-keys.ts';

/**
 * The keys of the passages next to one in its document, in the terms of one search. What the masks (1 = may be found; absent:
 * all may) leave out is not seen, so that a filter or an excluded word holds for neighbours too. Each is looked up once.
 */
export function neighbourFinder(
  keys: SearchKeys,
  order: PassageOrder,
  acceptMasks: readonly (Uint8Array | undefined)[],
): (key: number) => readonly number[] {
  const known = new Map<number, readonly number[]>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const found = order.neighboursOf(keys.placeOf(key)).flatMap(({ segment, ordinal }) => {
      const place = keys.indexOf(segment);
      return place === undefined || acceptMasks[place]?.[ordinal] === 0 ? [] : [keys.firstKeyOf(place) + ordinal];
    });
    known.set(key, found);
    return found;
  };
}
