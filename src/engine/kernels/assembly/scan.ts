// First stage of vector search: scores the one-bit codes of all rows and keeps the best. The memory layout and the
// twin in plain TypeScript that this must equal are in src/engine/vector/slab-layout.ts and plain-kernel.ts.

const BLOCK_ROWS: i32 = 16;
const SLAB_ROWS: i32 = 2048;
const NO_THRESHOLD: i32 = -32768;

// Words of a job: see src/engine/vector/scan-job.ts.
const LUTS: usize = 0;
const STAGE_0: usize = 4;
const STAGE_1: usize = 8;
const STAGE_2: usize = 12;
const BIAS_0: usize = 16;
const BIAS_1: usize = 20;
const BIAS_2: usize = 24;
const SHIFT: usize = 28;
const SHARE_0: usize = 32;
const SHARE_1: usize = 36;
const LIST: usize = 40;
const CAPACITY: usize = 44;
const KEEP: usize = 48;
const LENGTH: usize = 52;
const THRESHOLD: usize = 56;
const LIMIT_0: usize = 60;
const LIMIT_1: usize = 64;
const ACCEPT: usize = 68;
const HISTOGRAM: usize = 72;
const SCORES: usize = 76;

/** What a partial score must exceed, given that a row takes `share` of its score from the part. */
function limitOf(threshold: i32, share: f32): i32 {
  return threshold == NO_THRESHOLD ? NO_THRESHOLD : <i32>floor<f32>(<f32>threshold * share);
}

/** Keeps the best `keep` of the list: by score, among equals by the order of rows. Order is preserved. */
export function keepBest(job: usize): void {
  const list: usize = load<u32>(job + LIST);
  const keep = load<i32>(job + KEEP);
  const length = load<i32>(job + LENGTH);
  const histogram: usize = load<u32>(job + HISTOGRAM);
  if (length <= keep) return;
  const end = list + (<usize>length << 3);

  memory.fill(histogram, 0, 1024);
  for (let at = list; at < end; at += 8) {
    const bin = histogram + (<usize>((load<i32>(at + 4) + 32768) >> 8) << 2);
    store<i32>(bin, load<i32>(bin) + 1);
  }
  let above = 0;
  let high = 255;
  for (; ; high--) {
    const count = load<i32>(histogram + (<usize>high << 2));
    if (above + count >= keep) break;
    above += count;
  }

  memory.fill(histogram, 0, 1024);
  for (let at = list; at < end; at += 8) {
    const score = load<i32>(at + 4) + 32768;
    if (score >> 8 != high) continue;
    const bin = histogram + (<usize>(score & 255) << 2);
    store<i32>(bin, load<i32>(bin) + 1);
  }
  let low = 255;
  for (; ; low--) {
    const count = load<i32>(histogram + (<usize>low << 2));
    if (above + count >= keep) break;
    above += count;
  }

  const threshold = ((high << 8) | low) - 32768;
  let equals = keep - above;
  let to = list;
  for (let at = list; at < end; at += 8) {
    const score = load<i32>(at + 4);
    if (score < threshold) continue;
    if (score == threshold && equals-- <= 0) continue;
    store<u64>(to, load<u64>(at));
    to += 8;
  }
  store<i32>(job + LENGTH, keep);
  store<i32>(job + THRESHOLD, threshold);
  store<i32>(job + LIMIT_0, limitOf(threshold, load<f32>(job + SHARE_0)));
  store<i32>(job + LIMIT_1, limitOf(threshold, load<f32>(job + SHARE_1)));
}

/** Sixteen values from a table. Places are below 16, for which the relaxed instruction does the same with less ado. */
// @ts-ignore: decorator
@inline
function lookUp(table: v128, places: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? i8x16.relaxed_swizzle(table, places) : i8x16.swizzle(table, places);
}

/** Sums to scores: (sum − bias) · 2^shift · factor. */
// @ts-ignore: decorator
@inline
function weigh(sums: v128, bias: v128, shift: i32, factors: usize): v128 {
  return i16x8.q15mulr_sat_s(i16x8.shl(i16x8.sub(sums, bias), shift), v128.load(factors));
}

/** Scores of 16 rows after the second and third part of their codes; those that exceed the threshold join the list. */
function finishBlock(
  job: usize,
  slab: i32,
  block: i32,
  planes: usize,
  factors: usize,
  mask: i32,
  even: v128,
  odd: v128,
): void {
  const low = i8x16.splat(15);
  const shift = load<i32>(job + SHIFT);
  const n0 = load<i32>(job + STAGE_0);
  const n1 = load<i32>(job + STAGE_1);
  const n2 = load<i32>(job + STAGE_2);
  let lut: usize = <usize>load<u32>(job + LUTS) + (<usize>n0 << 5);
  let plane = planes + <usize>n0 * SLAB_ROWS;
  let count = n1;
  for (let stage = 1; stage < 3; stage++) {
    let at = plane + <usize>(block * count) * BLOCK_ROWS;
    for (let byte = 0; byte < count; byte += 4) {
      let codes = v128.load(at);
      let sums = i8x16.add(
        lookUp(v128.load(lut), v128.and(codes, low)),
        lookUp(v128.load(lut, 16), v128.and(i16x8.shr_u(codes, 4), low)),
      );
      codes = v128.load(at, 16);
      sums = i8x16.add(sums, lookUp(v128.load(lut, 32), v128.and(codes, low)));
      sums = i8x16.add(sums, lookUp(v128.load(lut, 48), v128.and(i16x8.shr_u(codes, 4), low)));
      codes = v128.load(at, 32);
      sums = i8x16.add(sums, lookUp(v128.load(lut, 64), v128.and(codes, low)));
      sums = i8x16.add(sums, lookUp(v128.load(lut, 80), v128.and(i16x8.shr_u(codes, 4), low)));
      codes = v128.load(at, 48);
      sums = i8x16.add(sums, lookUp(v128.load(lut, 96), v128.and(codes, low)));
      sums = i8x16.add(sums, lookUp(v128.load(lut, 112), v128.and(i16x8.shr_u(codes, 4), low)));
      even = i16x8.add(even, v128.and(sums, i16x8.splat(255)));
      odd = i16x8.add(odd, i16x8.shr_u(sums, 8));
      at += 64;
      lut += 128;
    }
    if (stage == 1 && n2 != 0) {
      const bias = i16x8.splat(<i16>load<i32>(job + BIAS_1));
      const limit = i16x8.splat(<i16>load<i32>(job + LIMIT_1));
      const over = v128.or(
        i16x8.gt_s(weigh(even, bias, shift, factors), limit),
        i16x8.gt_s(weigh(odd, bias, shift, factors + 16), limit),
      );
      if (!v128.any_true(over)) return;
    }
    plane += <usize>count * SLAB_ROWS;
    count = n2;
  }

  const bias = i16x8.splat(<i16>load<i32>(job + BIAS_2));
  const threshold = i16x8.splat(<i16>load<i32>(job + THRESHOLD));
  even = weigh(even, bias, shift, factors);
  odd = weigh(odd, bias, shift, factors + 16);
  let bits =
    mask &
    i8x16.bitmask(
      v128.bitselect(i16x8.gt_s(even, threshold), i16x8.gt_s(odd, threshold), i16x8.splat(255)),
    );
  if (bits == 0) return;
  const scores: usize = load<u32>(job + SCORES);
  v128.store(scores, even);
  v128.store(scores, odd, 16);
  const firstRow = slab * SLAB_ROWS + block * BLOCK_ROWS;
  let length = load<i32>(job + LENGTH);
  let to: usize = <usize>load<u32>(job + LIST) + (<usize>length << 3);
  while (bits != 0) {
    const row = ctz(bits);
    bits &= bits - 1;
    store<i32>(to, firstRow + row);
    store<i32>(to + 4, <i32>load<i16>(scores + <usize>(((row & 1) << 4) + (row & 14))));
    to += 8;
    length++;
  }
  store<i32>(job + LENGTH, length);
}

/** Scans slabs `[firstSlab, endSlab)`. The list of the job holds the best rows so far, in the order of rows. */
export function scan(job: usize, slabTable: usize, firstSlab: i32, endSlab: i32): void {
  const luts: usize = load<u32>(job + LUTS);
  const n0 = load<i32>(job + STAGE_0);
  const planeBytes = <usize>(n0 + load<i32>(job + STAGE_1) + load<i32>(job + STAGE_2)) * SLAB_ROWS;
  const isStaged = load<i32>(job + STAGE_1) != 0;
  const shift = load<i32>(job + SHIFT);
  const accept: usize = load<u32>(job + ACCEPT);
  const full = load<i32>(job + CAPACITY) - 2 * BLOCK_ROWS;
  const half = <usize>n0 * BLOCK_ROWS;
  const low = i8x16.splat(15);
  const lowBytes = i16x8.splat(255);
  const bias = i16x8.splat(<i16>load<i32>(job + BIAS_0));
  let limit = i16x8.splat(<i16>load<i32>(job + LIMIT_0));

  for (let slab = firstSlab; slab < endSlab; slab++) {
    const planes: usize = load<u32>(slabTable + (<usize>slab << 2));
    let factors = planes + planeBytes;
    const live = factors + 2 * SLAB_ROWS;
    let at = planes;
    for (let pair = 0; pair < SLAB_ROWS / 32; pair++, factors += 64) {
      let mask = load<u32>(live + (<usize>pair << 2));
      if (accept != 0) mask &= load<u32>(accept + <usize>(slab * (SLAB_ROWS / 8) + (pair << 2)));
      if (mask == 0) {
        at += 2 * half;
        continue;
      }
      let even = i16x8.splat(0);
      let odd = i16x8.splat(0);
      let evenNext = i16x8.splat(0);
      let oddNext = i16x8.splat(0);
      const end = at + half;
      for (let lut = luts; at < end; at += 64, lut += 128) {
        let table = v128.load(lut);
        let codes = v128.load(at);
        let codesNext = v128.load(at + half);
        let sums = lookUp(table, v128.and(codes, low));
        let sumsNext = lookUp(table, v128.and(codesNext, low));
        table = v128.load(lut, 16);
        sums = i8x16.add(sums, lookUp(table, v128.and(i16x8.shr_u(codes, 4), low)));
        sumsNext = i8x16.add(sumsNext, lookUp(table, v128.and(i16x8.shr_u(codesNext, 4), low)));

        table = v128.load(lut, 32);
        codes = v128.load(at, 16);
        codesNext = v128.load(at + half, 16);
        sums = i8x16.add(sums, lookUp(table, v128.and(codes, low)));
        sumsNext = i8x16.add(sumsNext, lookUp(table, v128.and(codesNext, low)));
        table = v128.load(lut, 48);
        sums = i8x16.add(sums, lookUp(table, v128.and(i16x8.shr_u(codes, 4), low)));
        sumsNext = i8x16.add(sumsNext, lookUp(table, v128.and(i16x8.shr_u(codesNext, 4), low)));

        table = v128.load(lut, 64);
        codes = v128.load(at, 32);
        codesNext = v128.load(at + half, 32);
        sums = i8x16.add(sums, lookUp(table, v128.and(codes, low)));
        sumsNext = i8x16.add(sumsNext, lookUp(table, v128.and(codesNext, low)));
        table = v128.load(lut, 80);
        sums = i8x16.add(sums, lookUp(table, v128.and(i16x8.shr_u(codes, 4), low)));
        sumsNext = i8x16.add(sumsNext, lookUp(table, v128.and(i16x8.shr_u(codesNext, 4), low)));

        table = v128.load(lut, 96);
        codes = v128.load(at, 48);
        codesNext = v128.load(at + half, 48);
        sums = i8x16.add(sums, lookUp(table, v128.and(codes, low)));
        sumsNext = i8x16.add(sumsNext, lookUp(table, v128.and(codesNext, low)));
        table = v128.load(lut, 112);
        sums = i8x16.add(sums, lookUp(table, v128.and(i16x8.shr_u(codes, 4), low)));
        sumsNext = i8x16.add(sumsNext, lookUp(table, v128.and(i16x8.shr_u(codesNext, 4), low)));

        even = i16x8.add(even, v128.and(sums, lowBytes));
        odd = i16x8.add(odd, i16x8.shr_u(sums, 8));
        evenNext = i16x8.add(evenNext, v128.and(sumsNext, lowBytes));
        oddNext = i16x8.add(oddNext, i16x8.shr_u(sumsNext, 8));
      }
      at += half;

      let isOver = (mask & 0xffff) != 0;
      let isOverNext = mask >> 16 != 0;
      if (isStaged) {
        const over = v128.or(
          i16x8.gt_s(weigh(even, bias, shift, factors), limit),
          i16x8.gt_s(weigh(odd, bias, shift, factors + 16), limit),
        );
        const overNext = v128.or(
          i16x8.gt_s(weigh(evenNext, bias, shift, factors + 32), limit),
          i16x8.gt_s(weigh(oddNext, bias, shift, factors + 48), limit),
        );
        if (!v128.any_true(v128.or(over, overNext))) continue;
        isOver = isOver && v128.any_true(over);
        isOverNext = isOverNext && v128.any_true(overNext);
      }
      if (isOver) finishBlock(job, slab, pair << 1, planes, factors, mask & 0xffff, even, odd);
      if (isOverNext) {
        finishBlock(job, slab, (pair << 1) + 1, planes, factors + 32, mask >> 16, evenNext, oddNext);
      }
      if (load<i32>(job + LENGTH) > full) {
        keepBest(job);
        limit = i16x8.splat(<i16>load<i32>(job + LIMIT_0));
      }
    }
  }
  keepBest(job);
}

/** One bit per row from one byte per chunk, for chunks of one row each: `count` bytes, rounded up to 16. */
export function packBits(bytes: usize, count: i32, bits: usize): void {
  const zero = i8x16.splat(0);
  for (let at = 0; at < count; at += 16) {
    store<u16>(bits + <usize>(at >> 3), <u16>i8x16.bitmask(i8x16.ne(v128.load(bytes + at), zero)));
  }
}
