// First stage of vector search: scores the one-bit codes of all rows and keeps the best. The memory layout and the
// twin in plain TypeScript that this must equal are in src/engine/vector/slab-layout.ts and plain-kernel.ts.

const BLOCK_ROWS: i32 = 16;
const SLAB_ROWS: i32 = 2048;

// Words of a job: see src/engine/vector/scan-job.ts.
const LUTS: usize = 0;
const CODE_BYTES: usize = 4;
const BIAS: usize = 8;
const SHIFT: usize = 12;
const LIST: usize = 16;
const CAPACITY: usize = 20;
const KEEP: usize = 24;
const LENGTH: usize = 28;
const THRESHOLD: usize = 32;
const ACCEPT: usize = 36;
const HISTOGRAM: usize = 40;
const SCORES: usize = 44;
const STRIDE: usize = 48;

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

/** Adds the rows of a block whose bit is set to the list, with their scores. */
function append(job: usize, firstRow: i32, bits: i32, even: v128, odd: v128): void {
  const scores: usize = load<u32>(job + SCORES);
  v128.store(scores, even);
  v128.store(scores, odd, 16);
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

/**
 * Scans slabs `[firstSlab, endSlab)`, or of every `STRIDE` pairs of blocks the first. Rows over the threshold join the
 * job's list in their order; when it is full, only the best stay, and the threshold rises.
 */
export function scan(job: usize, slabTable: usize, firstSlab: i32, endSlab: i32): void {
  const luts: usize = load<u32>(job + LUTS);
  const blockBytes = <usize>load<i32>(job + CODE_BYTES) * BLOCK_ROWS;
  const shift = load<i32>(job + SHIFT);
  const accept: usize = load<u32>(job + ACCEPT);
  const full = load<i32>(job + CAPACITY) - 2 * BLOCK_ROWS;
  const stride = load<i32>(job + STRIDE);
  const low = i8x16.splat(15);
  const lowBytes = i16x8.splat(255);
  const bias = i16x8.splat(<i16>load<i32>(job + BIAS));
  let threshold = i16x8.splat(<i16>load<i32>(job + THRESHOLD));

  for (let slab = firstSlab; slab < endSlab; slab++) {
    const planes: usize = load<u32>(slabTable + (<usize>slab << 2));
    const allFactors = planes + blockBytes * (SLAB_ROWS / BLOCK_ROWS);
    const live = allFactors + 2 * SLAB_ROWS;
    for (let pair = 0; pair < SLAB_ROWS / 32; pair += stride) {
      let mask = load<u32>(live + (<usize>pair << 2));
      if (accept != 0) mask &= load<u32>(accept + <usize>(slab * (SLAB_ROWS / 8) + (pair << 2)));
      if (mask == 0) continue;
      let at = planes + <usize>(pair << 1) * blockBytes;
      let next = at + blockBytes;
      let lut = luts;
      // Sums of even and odd rows in 16 bits; `both` holds the even ones and, 256 times, the odd ones, modulo 2^16.
      let both = i16x8.splat(0);
      let odd = i16x8.splat(0);
      let bothNext = i16x8.splat(0);
      let oddNext = i16x8.splat(0);
      for (const end = next; at < end; at += 64, next += 64, lut += 128) {
                let table = v128.load(lut);
        let codes = v128.load(at);
        let codesNext = v128.load(next);
        let sums = lookUp(table, v128.and(codes, low));
        let sumsNext = lookUp(table, v128.and(codesNext, low));
        table = v128.load(lut, 16);
        sums = i8x16.add(sums, lookUp(table, v128.and(i16x8.shr_u(codes, 4), low)));
        sumsNext = i8x16.add(sumsNext, lookUp(table, v128.and(i16x8.shr_u(codesNext, 4), low)));

        table = v128.load(lut, 32);
        codes = v128.load(at, 16);
        codesNext = v128.load(next, 16);
        sums = i8x16.add(sums, lookUp(table, v128.and(codes, low)));
        sumsNext = i8x16.add(sumsNext, lookUp(table, v128.and(codesNext, low)));
        table = v128.load(lut, 48);
        sums = i8x16.add(sums, lookUp(table, v128.and(i16x8.shr_u(codes, 4), low)));
        sumsNext = i8x16.add(sumsNext, lookUp(table, v128.and(i16x8.shr_u(codesNext, 4), low)));

        table = v128.load(lut, 64);
        codes = v128.load(at, 32);
        codesNext = v128.load(next, 32);
        sums = i8x16.add(sums, lookUp(table, v128.and(codes, low)));
        sumsNext = i8x16.add(sumsNext, lookUp(table, v128.and(codesNext, low)));
        table = v128.load(lut, 80);
        sums = i8x16.add(sums, lookUp(table, v128.and(i16x8.shr_u(codes, 4), low)));
        sumsNext = i8x16.add(sumsNext, lookUp(table, v128.and(i16x8.shr_u(codesNext, 4), low)));

        table = v128.load(lut, 96);
        codes = v128.load(at, 48);
        codesNext = v128.load(next, 48);
        sums = i8x16.add(sums, lookUp(table, v128.and(codes, low)));
        sumsNext = i8x16.add(sumsNext, lookUp(table, v128.and(codesNext, low)));
        table = v128.load(lut, 112);
        sums = i8x16.add(sums, lookUp(table, v128.and(i16x8.shr_u(codes, 4), low)));
        sumsNext = i8x16.add(sumsNext, lookUp(table, v128.and(i16x8.shr_u(codesNext, 4), low)));

        both = i16x8.add(both, sums);
        odd = i16x8.add(odd, i16x8.shr_u(sums, 8));
        bothNext = i16x8.add(bothNext, sumsNext);
        oddNext = i16x8.add(oddNext, i16x8.shr_u(sumsNext, 8));
      }

      const factors = allFactors + <usize>(pair << 6);
      const even = weigh(i16x8.sub(both, i16x8.shl(odd, 8)), bias, shift, factors);
      const evenNext = weigh(i16x8.sub(bothNext, i16x8.shl(oddNext, 8)), bias, shift, factors + 32);
      odd = weigh(odd, bias, shift, factors + 16);
      oddNext = weigh(oddNext, bias, shift, factors + 48);
      const over = v128.bitselect(i16x8.gt_s(even, threshold), i16x8.gt_s(odd, threshold), lowBytes);
      const overNext = v128.bitselect(i16x8.gt_s(evenNext, threshold), i16x8.gt_s(oddNext, threshold), lowBytes);
      if (!v128.any_true(v128.or(over, overNext))) continue;
      const firstRow = slab * SLAB_ROWS + (pair << 5);
      const bits = i8x16.bitmask(over) & mask & 0xffff;
      const bitsNext = i8x16.bitmask(overNext) & (mask >> 16);
      if (bits != 0) append(job, firstRow, bits, even, odd);
      if (bitsNext != 0) append(job, firstRow + BLOCK_ROWS, bitsNext, evenNext, oddNext);
      if (load<i32>(job + LENGTH) > full) {
        keepBest(job);
        threshold = i16x8.splat(<i16>load<i32>(job + THRESHOLD));
      }
    }
  }
}

/** One bit per row from one byte per chunk, for chunks of one row each: `count` bytes, rounded up to 16. */
export function packBits(bytes: usize, count: i32, bits: usize): void {
  const zero = i8x16.splat(0);
  for (let at = 0; at < count; at += 16) {
    store<u16>(bits + <usize>(at >> 3), <u16>i8x16.bitmask(i8x16.ne(v128.load(bytes + at), zero)));
  }
}
