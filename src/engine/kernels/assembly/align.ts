// Alignment: for the tokens of a question, the most similar token of each passage. Rows of the table are `rowBytes` long
// (a multiple of 16), two 4-bit numbers a byte, the lower half first; a number n in −8 … 7 is kept as n + 8. Sums are
// over integers; the twin in plain TypeScript that this must equal is in src/engine/ranking/alignment.ts.

// @ts-ignore: decorator
@inline
function laneSum(lanes: v128): i32 {
  return (
    i32x4.extract_lane(lanes, 0) +
    i32x4.extract_lane(lanes, 1) +
    i32x4.extract_lane(lanes, 2) +
    i32x4.extract_lane(lanes, 3)
  );
}

/**
 * Unpacks a row to 16-bit numbers in the order in which `align` takes a row's apart: of every 16 bytes first the lower
 * halves, then the upper ones. Returns their sum.
 */
export function unpackRow(row: usize, rowBytes: i32, target: usize): i32 {
  const nibble = i8x16.splat(15);
  const eight = i16x8.splat(8);
  const one = i16x8.splat(1);
  let sum = i32x4.splat(0);
  for (const end = row + <usize>rowBytes; row < end; row += 16, target += 64) {
    const pairs = v128.load(row);
    const low = v128.and(pairs, nibble);
    const high = v128.and(i16x8.shr_u(pairs, 4), nibble);
    const a = i16x8.sub(i16x8.extend_low_i8x16_u(low), eight);
    const b = i16x8.sub(i16x8.extend_high_i8x16_u(low), eight);
    const c = i16x8.sub(i16x8.extend_low_i8x16_u(high), eight);
    const d = i16x8.sub(i16x8.extend_high_i8x16_u(high), eight);
    v128.store(target, a);
    v128.store(target, b, 16);
    v128.store(target, c, 32);
    v128.store(target, d, 48);
    sum = i32x4.add(sum, i32x4.dot_i16x8_s(i16x8.add(i16x8.add(a, b), i16x8.add(c, d)), one));
  }
  return laneSum(sum);
}

/** The sum of squares of each of `count` rows of a table, as 32-bit integers. */
export function sumSquares(table: usize, rowBytes: i32, count: i32, target: usize): void {
  const nibble = i8x16.splat(15);
  const eight = i8x16.splat(8);
  for (let row = 0; row < count; row++, target += 4) {
    let sum = i32x4.splat(0);
    for (const end = table + <usize>rowBytes; table < end; table += 16) {
      const pairs = v128.load(table);
      const low = i8x16.sub(v128.and(pairs, nibble), eight);
      const high = i8x16.sub(v128.and(i16x8.shr_u(pairs, 4), nibble), eight);
      // Squares are at most 64: two of them, four times, stay within 16 bits.
      const squares = i16x8.add(
        i16x8.add(i16x8.extmul_low_i8x16_s(low, low), i16x8.extmul_high_i8x16_s(low, low)),
        i16x8.add(i16x8.extmul_low_i8x16_s(high, high), i16x8.extmul_high_i8x16_s(high, high)),
      );
      sum = i32x4.add(sum, i32x4.extadd_pairwise_i16x8_u(squares));
    }
    store<i32>(target, laneSum(sum));
  }
}

// @ts-ignore: decorator
@inline
function products(a: v128, b: v128, c: v128, d: v128, query: usize): v128 {
  return i32x4.add(
    i32x4.add(i32x4.dot_i16x8_s(a, v128.load(query)), i32x4.dot_i16x8_s(b, v128.load(query, 16))),
    i32x4.add(i32x4.dot_i16x8_s(c, v128.load(query, 32)), i32x4.dot_i16x8_s(d, v128.load(query, 48))),
  );
}

/** Products of one row with `queryCount` unpacked ones, less what keeping n + 8 adds, times `inverse`. */
function compare(
  row: usize,
  rowBytes: i32,
  queries: usize,
  biases: usize,
  queryCount: i32,
  inverse: f32,
  target: usize,
): void {
  const nibble = i8x16.splat(15);
  const queryBytes = <usize>rowBytes << 2;
  const factor = f32x4.splat(inverse);
  for (let index = 0; index < queryCount; index += 4, queries += 4 * queryBytes, biases += 16, target += 16) {
    let sum0 = i32x4.splat(0);
    let sum1 = i32x4.splat(0);
    let sum2 = i32x4.splat(0);
    let sum3 = i32x4.splat(0);
    let query = queries;
    for (let at = row, end = row + <usize>rowBytes; at < end; at += 16, query += 64) {
      const pairs = v128.load(at);
      const low = v128.and(pairs, nibble);
      const high = v128.and(i16x8.shr_u(pairs, 4), nibble);
      const a = i16x8.extend_low_i8x16_u(low);
      const b = i16x8.extend_high_i8x16_u(low);
      const c = i16x8.extend_low_i8x16_u(high);
      const d = i16x8.extend_high_i8x16_u(high);
      sum0 = i32x4.add(sum0, products(a, b, c, d, query));
      sum1 = i32x4.add(sum1, products(a, b, c, d, query + queryBytes));
      sum2 = i32x4.add(sum2, products(a, b, c, d, query + 2 * queryBytes));
      sum3 = i32x4.add(sum3, products(a, b, c, d, query + 3 * queryBytes));
    }
    const left = i32x4.add(v128.shuffle<i32>(sum0, sum1, 0, 4, 1, 5), v128.shuffle<i32>(sum0, sum1, 2, 6, 3, 7));
    const right = i32x4.add(v128.shuffle<i32>(sum2, sum3, 0, 4, 1, 5), v128.shuffle<i32>(sum2, sum3, 2, 6, 3, 7));
    const sums = i32x4.add(v128.shuffle<i32>(left, right, 0, 1, 4, 5), v128.shuffle<i32>(left, right, 2, 3, 6, 7));
    v128.store(target, f32x4.mul(f32x4.convert_i32x4_s(i32x4.sub(sums, v128.load(biases))), factor));
  }
}

/**
 * For each passage, `queryCount` floats (a multiple of 4) to `maxima`: the largest product of a query row with a row of
 * the passage divided by the latter's length, or 0. `ids` holds the passages' tokens one after another (16-bit),
 * `counts` how many each has (32-bit). `slots` (32-bit, one for each row of the table, all −1) and `similarities`
 * (`queryCount` floats for each distinct token) are for work: a token that stands in many passages is compared once.
 */
export function align(
  table: usize,
  rowBytes: i32,
  inverses: usize,
  queries: usize,
  biases: usize,
  queryCount: i32,
  ids: usize,
  counts: usize,
  passageCount: i32,
  slots: usize,
  similarities: usize,
  maxima: usize,
): void {
  const bytes = <usize>queryCount << 2;
  let used = 0;
  for (let passage = 0; passage < passageCount; passage++, counts += 4, maxima += bytes) {
    memory.fill(maxima, 0, bytes);
    for (const end = ids + (<usize>load<u32>(counts) << 1); ids < end; ids += 2) {
      const id = <usize>load<u16>(ids);
      let slot = load<i32>(slots + (id << 2));
      if (slot < 0) {
        slot = used++;
        store<i32>(slots + (id << 2), slot);
        const row = table + id * <usize>rowBytes;
        const inverse = load<f32>(inverses + (id << 2));
        compare(row, rowBytes, queries, biases, queryCount, inverse, similarities + <usize>slot * bytes);
      }
      let from = similarities + <usize>slot * bytes;
      for (let to = maxima, last = maxima + bytes; to < last; to += 16, from += 16) {
        v128.store(to, f32x4.max(v128.load(to), v128.load(from)));
      }
    }
  }
}
