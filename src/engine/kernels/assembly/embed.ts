// Weighted sums of rows of 4-bit numbers. A row is `rowBytes` long, two numbers a byte, the lower half first; a number
// n in −8 … 7 is kept as n + 8. Weights are 16-bit integers, so all sums are exact.

/**
 * Adds up rows of `table`: `ids` (32-bit) and `weights` (16-bit) hold `count` of them, `target` takes two 32-bit
 * integers per byte of a row. `rowBytes` is a multiple of 16; the sum of |weight| times 8 stays below 2³¹.
 * `ids` and `weights` have room for one more entry where `count` is odd; it is overwritten.
 */
export function sumRows(table: usize, rowBytes: i32, ids: usize, weights: usize, count: i32, target: usize): void {
  if (count & 1) {
    store<i32>(ids + (<usize>count << 2), 0);
    store<i16>(weights + (<usize>count << 1), 0);
  }
  let weightSum = 0;
  for (let index = 0; index < count; index++) weightSum += <i32>load<i16>(weights + (<usize>index << 1));
  const bias = i32x4.splat(-8 * weightSum);
  const nibble = i8x16.splat(15);
  for (let column = 0; column < rowBytes; column += 16) {
    let even0 = bias;
    let even1 = bias;
    let even2 = bias;
    let even3 = bias;
    let odd0 = bias;
    let odd1 = bias;
    let odd2 = bias;
    let odd3 = bias;
    const at = table + <usize>column;
    for (let index = 0; index < count; index += 2) {
      const first = v128.load(at + <usize>(load<i32>(ids + (<usize>index << 2)) * rowBytes));
      const second = v128.load(at + <usize>(load<i32>(ids + (<usize>index << 2), 4) * rowBytes));
      // Both weights, side by side, four times.
      const pair = v128.load32_splat(weights + (<usize>index << 1));
      const firstEven = v128.and(first, nibble);
      const secondEven = v128.and(second, nibble);
      const firstOdd = v128.and(i16x8.shr_u(first, 4), nibble);
      const secondOdd = v128.and(i16x8.shr_u(second, 4), nibble);
      const evenLow = i8x16.shuffle(firstEven, secondEven, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      const evenHigh = i8x16.shuffle(
        firstEven, secondEven, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31,
      );
      const oddLow = i8x16.shuffle(firstOdd, secondOdd, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      const oddHigh = i8x16.shuffle(
        firstOdd, secondOdd, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31,
      );
      even0 = i32x4.add(even0, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(evenLow), pair));
      even1 = i32x4.add(even1, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(evenLow), pair));
      even2 = i32x4.add(even2, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(evenHigh), pair));
      even3 = i32x4.add(even3, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(evenHigh), pair));
      odd0 = i32x4.add(odd0, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(oddLow), pair));
      odd1 = i32x4.add(odd1, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(oddLow), pair));
      odd2 = i32x4.add(odd2, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(oddHigh), pair));
      odd3 = i32x4.add(odd3, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(oddHigh), pair));
    }
    const to = target + (<usize>column << 3);
    storeInterleaved(to, even0, odd0);
    storeInterleaved(to + 32, even1, odd1);
    storeInterleaved(to + 64, even2, odd2);
    storeInterleaved(to + 96, even3, odd3);
  }
}

// @ts-ignore: decorator
@inline
function storeInterleaved(to: usize, even: v128, odd: v128): void {
  v128.store(to, v128.shuffle<i32>(even, odd, 0, 4, 1, 5));
  v128.store(to + 16, v128.shuffle<i32>(even, odd, 2, 6, 3, 7));
}

/**
 * Adds `blockCount` blocks of `dimensions` 32-bit integers, one after the other, and writes the sum as floats of
 * length 1 to `target`; zeros stay zeros. `dimensions` is a multiple of 4; the sums stay below 2³¹.
 */
export function poolBlocks(blocks: usize, blockCount: i32, dimensions: i32, target: usize): void {
  let squares = f32x4.splat(0);
  const bytes = <usize>dimensions << 2;
  for (let at: usize = 0; at < bytes; at += 16) {
    let sum = v128.load(blocks + at);
    let from = blocks + at + bytes;
    for (let block = 1; block < blockCount; block++) {
      sum = i32x4.add(sum, v128.load(from));
      from += bytes;
    }
    const value = f32x4.convert_i32x4_s(sum);
    squares = f32x4.add(squares, f32x4.mul(value, value));
    v128.store(target + at, value);
  }
  const square =
    f32x4.extract_lane(squares, 0) +
    f32x4.extract_lane(squares, 1) +
    f32x4.extract_lane(squares, 2) +
    f32x4.extract_lane(squares, 3);
  if (square == 0) return;
  const scale = f32x4.splat(1 / Mathf.sqrt(square));
  for (let at: usize = 0; at < bytes; at += 16) {
    v128.store(target + at, f32x4.mul(v128.load(target + at), scale));
  }
}
