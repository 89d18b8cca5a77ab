// Rows of vectors: quantises them, puts their codes in place, and scores candidates at their full precision. The
// memory layout and the twin in plain TypeScript that this must equal are in src/engine/vector/slab-layout.ts and
// plain-kernel.ts.

const BLOCK_ROWS: i32 = 16;
const SLAB_ROWS: i32 = 2048;
/** Rows that are read ahead together. */
const AHEAD: usize = 16;

// Words of a refinement: see src/engine/vector/refine-job.ts.
const ROWS: usize = 0;
const COUNT: usize = 4;
const SCORES: usize = 8;
const QUERY: usize = 12;
const CODE_SLABS: usize = 16;
const EXACT_SLABS: usize = 20;
const CODE_BYTES: usize = 24;
const STRIDE: usize = 28;
const QUERY_UNIT: usize = 32;
const FACTOR_UNIT: usize = 36;
const SCRATCH: usize = 40;
const FLOAT_QUERY: usize = 44;
const FINE_BYTES: usize = 48;
const FLOAT_UNIT: usize = 52;

// @ts-ignore: decorator
@inline
function bitNumbers(): v128 {
  return i8x16(1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128);
}

/** Sixteen bits, from `address` on, as bytes: all ones where the bit is set. */
// @ts-ignore: decorator
@inline
function spreadBits(address: usize): v128 {
  const numbers = bitNumbers();
  const both = i8x16.swizzle(v128.load16_splat(address), i8x16(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1));
  return i8x16.eq(v128.and(both, numbers), numbers);
}

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

// @ts-ignore: decorator
@inline
function laneSumFloat(lanes: v128): f32 {
  return (
    f32x4.extract_lane(lanes, 0) +
    f32x4.extract_lane(lanes, 1) +
    (f32x4.extract_lane(lanes, 2) + f32x4.extract_lane(lanes, 3))
  );
}

/** Collects the code of a row from where its bytes lie in the blocks of a slab. */
export function readCode(planes: usize, row: i32, codeBytes: i32, code: usize): void {
  let at = planes + <usize>((row >> 4) * codeBytes * BLOCK_ROWS + (row & 15));
  for (const end = code + codeBytes; code < end; code += 4, at += 64) {
    store<u8>(code, load<u8>(at));
    store<u8>(code, load<u8>(at, 16), 1);
    store<u8>(code, load<u8>(at, 32), 2);
    store<u8>(code, load<u8>(at, 48), 3);
  }
}

/**
 * Writes `count` codes, `size` bytes long each, to the blocks of a slab from row `row` on. Codes there are
 * `codeBytes` long; what a code lacks is filled with zeros.
 */
export function placeCodes(codes: usize, size: i32, count: i32, planes: usize, row: i32, codeBytes: i32): void {
  for (const end = row + count; row < end; row++) {
    const codeEnd = codes + size;
    let at = planes + <usize>((row >> 4) * codeBytes * BLOCK_ROWS + (row & 15));
    for (const end = codes + codeBytes; codes < end; codes++, at += BLOCK_ROWS) {
      store<u8>(at, codes < codeEnd ? load<u8>(codes) : 0);
    }
    codes = codeEnd;
  }
}

/**
 * Reads a word of every cache line that scoring a row will need. A few rows ahead, so that the processor waits for many
 * lines at a time instead of one after the other.
 */
function touch(planes: usize, exact: usize, row: i32, codeBytes: i32, stride: usize): u32 {
  let words: u32 = 0;
  const block = planes + <usize>((row >> 4) * codeBytes * BLOCK_ROWS);
  for (let at = block, end = block + <usize>(codeBytes * BLOCK_ROWS); at < end; at += 64) words ^= load<u32>(at);
  if (exact != 0) {
    const start = exact + <usize>row * stride;
    for (let at = start, end = start + stride; at < end; at += 64) words ^= load<u32>(at);
    words ^= load<u32>(exact + <usize>SLAB_ROWS * stride + (<usize>row << 2));
  }
  return words;
}

/** A row's factor, as it is stored. */
function factorOf(planes: usize, place: i32, codeBytes: i32): i32 {
  const factors = planes + <usize>codeBytes * SLAB_ROWS + <usize>((place >> 4) << 5);
  return load<i16>(factors + <usize>(((place & 1) << 4) + (place & 14)));
}

/** Scores the rows of a refinement: from the exact row where its slab has one, else from the code alone. */
export function refine(job: usize): void {
  const rows: usize = load<u32>(job + ROWS);
  const end = rows + (<usize>load<u32>(job + COUNT) << 2);
  let scores: usize = load<u32>(job + SCORES);
  const query: usize = load<u32>(job + QUERY);
  const codeSlabs: usize = load<u32>(job + CODE_SLABS);
  const exactSlabs: usize = load<u32>(job + EXACT_SLABS);
  const codeBytes = load<i32>(job + CODE_BYTES);
  const stride: usize = load<u32>(job + STRIDE);
  const queryUnit = load<f32>(job + QUERY_UNIT);
  const factorUnit = load<f32>(job + FACTOR_UNIT);
  const scratch: usize = load<u32>(job + SCRATCH);
  const queryEnd = query + 2 * stride;

  let touched = rows;
  for (let at = rows; at < end; at += 4, scores += 4) {
    if (at == touched) {
      let words: u32 = 0;
      for (const batch = at + (AHEAD << 2); touched < batch && touched < end; touched += 4) {
        const row = load<u32>(touched);
        const slab = <usize>(row / SLAB_ROWS) << 2;
        words ^= touch(load<u32>(codeSlabs + slab), load<u32>(exactSlabs + slab), row & (SLAB_ROWS - 1), codeBytes, stride);
      }
      // Kept, so that the reading is not taken for useless.
      store<u32>(scratch, words);
    }
    const row = load<u32>(at);
    const slab = <usize>(row / SLAB_ROWS) << 2;
    const place: i32 = row & (SLAB_ROWS - 1);
    const planes: usize = load<u32>(codeSlabs + slab);
    const exact: usize = load<u32>(exactSlabs + slab);
    readCode(planes, place, codeBytes, scratch);
    let low = i32x4.splat(0);
    let high = i32x4.splat(0);
    let code = scratch;
    const scale = exact == 0 ? <f32>0 : load<f32>(exact + <usize>SLAB_ROWS * stride + (<usize>place << 2));
    if (scale > 0) {
      let from = exact + <usize>place * stride;
      for (let q = query; q < queryEnd; q += 32, from += 16, code += 2) {
        // The sign bit goes above the low byte: nine bits in two's complement, widened to sixteen.
        const bytes = v128.load(from);
        const signs = spreadBits(code);
        low = i32x4.add(
          low,
          i32x4.dot_i16x8_s(
            i8x16.shuffle(bytes, signs, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23),
            v128.load(q),
          ),
        );
        high = i32x4.add(
          high,
          i32x4.dot_i16x8_s(
            i8x16.shuffle(bytes, signs, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31),
            v128.load(q, 16),
          ),
        );
      }
      store<f32>(scores, <f32>laneSum(i32x4.add(low, high)) * scale * queryUnit);
    } else {
      const one = i8x16.splat(1);
      for (let q = query; q < queryEnd; q += 32, code += 2) {
        // −1 where the bit is set, else 1.
        const signs = v128.or(spreadBits(code), one);
        low = i32x4.add(low, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(signs), v128.load(q)));
        high = i32x4.add(high, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(signs), v128.load(q, 16)));
      }
      const factor = <f32>factorOf(planes, place, codeBytes);
      store<f32>(scores, <f32>laneSum(i32x4.add(low, high)) * factor * factorUnit * queryUnit);
    }
  }
}

/**
 * Scores the rows of a refinement with their quarters of a step, in floats. A row whose exact row or quarters are not
 * there gets NaN, a row of zeros 0.
 */
export function refineFinest(job: usize): void {
  let rows: usize = load<u32>(job + ROWS);
  const end = rows + (<usize>load<u32>(job + COUNT) << 2);
  let scores: usize = load<u32>(job + SCORES);
  const codeBytes = load<i32>(job + CODE_BYTES);
  const stride: usize = load<u32>(job + STRIDE);
  const scratch: usize = load<u32>(job + SCRATCH);
  const fineBytes: usize = load<u32>(job + FINE_BYTES);
  const unit = load<f32>(job + FLOAT_UNIT);
  const bits = i32x4(1, 2, 4, 8);
  for (; rows < end; rows += 4, scores += 4) {
    const row = load<u32>(rows);
    const slab = <usize>(row / SLAB_ROWS) << 2;
    const place: i32 = row & (SLAB_ROWS - 1);
    const planes: usize = load<u32>(<usize>load<u32>(job + CODE_SLABS) + slab);
    const exact: usize = load<u32>(<usize>load<u32>(job + EXACT_SLABS) + slab);
    const scales = exact + <usize>SLAB_ROWS * stride;
    const scale = exact == 0 ? <f32>0 : load<f32>(scales + (<usize>place << 2));
    if (scale == 0 || fineBytes == 0) {
      store<f32>(scores, factorOf(planes, place, codeBytes) == 0 ? <f32>0 : f32.NaN);
      continue;
    }
    readCode(planes, place, codeBytes, scratch);
    let dot = f32x4.splat(0);
    let products = f32x4.splat(0);
    let squares = f32x4.splat(0);
    let query: usize = load<u32>(job + FLOAT_QUERY);
    let from = exact + <usize>place * stride;
    const fine = scales + 4 * SLAB_ROWS + <usize>place * fineBytes;
    for (let at: usize = 0; at < fineBytes; at++, from += 4, query += 16) {
      const signs = i32x4.splat(<i32>load<u8>(scratch + (at >> 1)) >> ((<i32>at & 1) << 2));
      const bytes = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(from)));
      const coarse = f32x4.convert_i32x4_s(
        i32x4.sub(bytes, v128.and(i32x4.eq(v128.and(signs, bits), bits), i32x4.splat(256))),
      );
      const shifted = i32x4.shr_u(i32x4.mul(i32x4.splat(<i32>load<u8>(fine + at)), i32x4(64, 16, 4, 1)), 6);
      const quarter = f32x4.convert_i32x4_s(v128.and(shifted, i32x4.splat(3)));
      // The middle of its quarter of the step around the coarse value.
      const value = f32x4.add(coarse, f32x4.sub(f32x4.mul(quarter, f32x4.splat(0.25)), f32x4.splat(0.375)));
      dot = f32x4.add(dot, f32x4.mul(v128.load(query), value));
      products = f32x4.add(products, f32x4.mul(coarse, value));
      squares = f32x4.add(squares, f32x4.mul(value, value));
    }
    // The scale makes up for what rounding took from the coarse values; the finer ones want that back.
    store<f32>(scores, laneSumFloat(dot) * scale * (laneSumFloat(products) / laneSumFloat(squares)) * unit);
  }
}

/** Four quarters of a step, from remainders between −½ and ½. At zero the even ones round down, so that zeros cancel out. */
// @ts-ignore: decorator
@inline
function quarters(remainders: v128): i32 {
  const shifted = f32x4.sub(
    f32x4.mul(f32x4.add(remainders, f32x4.splat(0.5)), f32x4.splat(4)),
    f32x4(0.00001, 0, 0.00001, 0),
  );
  const whole = i32x4.min_s(i32x4.trunc_sat_f32x4_s(shifted), i32x4.splat(3));
  return (
    i32x4.extract_lane(whole, 0) |
    (i32x4.extract_lane(whole, 1) << 2) |
    (i32x4.extract_lane(whole, 2) << 4) |
    (i32x4.extract_lane(whole, 3) << 6)
  );
}

/**
 * Quantises `count` rows of `dimensions` floats (a multiple of 8): `codes` gets one sign bit per dimension in rows of
 * `dimensions / 8` bytes, `exact` the low bytes in rows of `stride` bytes, `fine` the quarter of a step that each value lies
 * in, two bits per dimension in rows of `dimensions / 4` bytes, `measures` four floats per row: the largest
 * magnitude (0: a row of zeros), and, of the row divided by it, the sums of squares, of magnitudes, and of products with the
 * quantised values. Returns the first row with a value that is not finite, or −1.
 */
export function quantise(
  rows: usize,
  count: i32,
  dimensions: i32,
  codes: usize,
  exact: usize,
  stride: i32,
  fine: usize,
  measures: usize,
): i32 {
  const rowBytes = <usize>dimensions << 2;
  for (let row = 0; row < count; row++) {
    const end = rows + rowBytes;
    let largest = f32x4.splat(0);
    for (let at = rows; at < end; at += 16) largest = f32x4.max(largest, f32x4.abs(v128.load(at)));
    const top = max<f32>(
      max<f32>(f32x4.extract_lane(largest, 0), f32x4.extract_lane(largest, 1)),
      max<f32>(f32x4.extract_lane(largest, 2), f32x4.extract_lane(largest, 3)),
    );
    if (!(top < f32.POSITIVE_INFINITY)) return row;
    if (top == 0) {
      memory.fill(codes, 0, dimensions >> 3);
      memory.fill(exact, 0, stride);
      memory.fill(fine, 0, dimensions >> 2);
      memory.fill(measures, 0, 16);
    } else {
      const divisor = f32x4.splat(top);
      const steps = f32x4.splat(255);
      const lowBytes = i32x4.splat(255);
      let squares = f32x4.splat(0);
      let magnitudes = f32x4.splat(0);
      let products = f32x4.splat(0);
      let code = codes;
      let to = exact;
      let quarter = fine;
      for (let at = rows; at < end; at += 32, code++, to += 8, quarter += 2) {
        const left = f32x4.div(v128.load(at), divisor);
        const right = f32x4.div(v128.load(at, 16), divisor);
        squares = f32x4.add(squares, f32x4.mul(left, left));
        squares = f32x4.add(squares, f32x4.mul(right, right));
        magnitudes = f32x4.add(magnitudes, f32x4.abs(left));
        magnitudes = f32x4.add(magnitudes, f32x4.abs(right));
        const leftScaled = f32x4.mul(left, steps);
        const rightScaled = f32x4.mul(right, steps);
        const leftNearest = f32x4.nearest(leftScaled);
        const rightNearest = f32x4.nearest(rightScaled);
        store<u8>(quarter, quarters(f32x4.sub(leftScaled, leftNearest)));
        store<u8>(quarter, quarters(f32x4.sub(rightScaled, rightNearest)), 1);
        products = f32x4.add(products, f32x4.mul(left, leftNearest));
        products = f32x4.add(products, f32x4.mul(right, rightNearest));
        const leftSteps = i32x4.trunc_sat_f32x4_s(leftNearest);
        const rightSteps = i32x4.trunc_sat_f32x4_s(rightNearest);
        store<u8>(code, i32x4.bitmask(leftSteps) | (i32x4.bitmask(rightSteps) << 4));
        const narrow = i16x8.narrow_i32x4_s(v128.and(leftSteps, lowBytes), v128.and(rightSteps, lowBytes));
        v128.store64_lane(to, i8x16.narrow_i16x8_u(narrow, narrow), 0);
      }
      store<f32>(measures, top);
      store<f32>(measures, laneSumFloat(squares), 4);
      store<f32>(measures, laneSumFloat(magnitudes), 8);
      store<f32>(measures, laneSumFloat(products), 12);
    }
    rows = end;
    codes += dimensions >> 3;
    exact += stride;
    fine += dimensions >> 2;
    measures += 16;
  }
  return -1;
}
