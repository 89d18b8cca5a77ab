import type { Random } from './random.ts';
import type { TokenLists } from './pairs.ts';

/** Places, in the shared memory, of what belongs to one side (queries or texts) of a batch. Addresses in bytes. */
export interface BatchSide {
  readonly ids: number;
  readonly factors: number;
  readonly products: number;
  readonly offsets: number;
  readonly vectors: number;
  readonly lengths: number;
  readonly gradients: number;
}

export interface SideViews {
  readonly ids: Int32Array;
  readonly factors: Float32Array;
  readonly products: Float32Array;
  readonly offsets: Int32Array;
}

/** Reserves memory: `place(bytes)` gives the address of so many bytes. */
export function placeSide(
  place: (bytes: number) => number,
  batch: number,
  maxTokens: number,
  dimensions: number,
): BatchSide {
  return {
    ids: place(batch * maxTokens * 4),
    factors: place(batch * maxTokens * 4),
    products: place(batch * maxTokens * 4),
    offsets: place((batch + 1) * 4),
    vectors: place(batch * dimensions * 4),
    lengths: place(batch * 4),
    gradients: place(batch * dimensions * 4),
  };
}

export function viewSide(buffer: ArrayBufferLike, side: BatchSide, batch: number, maxTokens: number): SideViews {
  return {
    ids: new Int32Array(buffer, side.ids, batch * maxTokens),
    factors: new Float32Array(buffer, side.factors, batch * maxTokens),
    products: new Float32Array(buffer, side.products, batch * maxTokens),
    offsets: new Int32Array(buffer, side.offsets, batch + 1),
  };
}

export interface Crop {
  readonly share: number;
  readonly min: number;
  readonly max: number;
}

/** Fills in the tokens of the pairs of a batch, at most `maxTokens` of each, some of them cropped. */
export function fillSide(
  { ids, factors, offsets }: SideViews,
  pairs: Int32Array,
  lists: TokenLists,
  weights: Float32Array,
  maxTokens: number,
  crop: Crop | undefined,
  random: Random,
  /** Tokens that go before those of the pair at a place of the batch. */
  prefixOf: (place: number) => readonly number[],
): void {
  let count = 0;
  offsets[0] = 0;
  pairs.forEach((pair, place) => {
    let start = lists.offsets[pair]!;
    let length = Math.min(maxTokens, lists.offsets[pair + 1]! - start);
    if (crop !== undefined && random.uniform() < crop.share) {
      const stretch = crop.min + random.integer(crop.max - crop.min + 1);
      if (length > stretch) {
        start += random.integer(length - stretch + 1);
        length = stretch;
      }
    }
    const put = (id: number): void => {
      ids[count] = id;
      factors[count] = weights[id]!;
      count++;
    };
    prefixOf(place).forEach(put);
    for (let i = 0; i < length; i++) put(lists.ids[start + i]!);
    offsets[place + 1] = count;
  });
}
