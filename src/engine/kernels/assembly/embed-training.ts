// The parts of training static embeddings that are not matrix products. Every function works on a range of rows,
// columns or texts, so that threads can share the work; each number is computed by one thread, in one order, however the ranges are cut.
// Addresses are bytes; `ids` are 32-bit, everything else is 32-bit floats. Dimensions are multiples of 16.

// @ts-ignore: decorator
@inline
function sumOf(lanes: v128): f32 {
  return (
    f32x4.extract_lane(lanes, 0) +
    f32x4.extract_lane(lanes, 1) +
    f32x4.extract_lane(lanes, 2) +
    f32x4.extract_lane(lanes, 3)
  );
}

/**
 * For texts `first … last − 1`, with tokens from `offsets[text]` to `offsets[text + 1]`: the sum of their rows of
 * `table`, each times the factor of its token, scaled to length 1, goes to `target`; its length before to `lengths`.
 */
export function poolTexts(
  table: usize, dimensions: i32, ids: usize, factors: usize, offsets: usize, first: i32, last: i32,
  target: usize, lengths: usize,
): void {
  const bytes = <usize>dimensions * 4;
  for (let text = first; text < last; text++) {
    const begin = load<i32>(offsets + <usize>text * 4);
    const end = load<i32>(offsets + <usize>text * 4, 4);
    const row = target + <usize>text * bytes;
    let squares = f32x4.splat(0);
    for (let at: usize = 0; at < bytes; at += 64) {
      let sum0 = f32x4.splat(0), sum1 = sum0, sum2 = sum0, sum3 = sum0;
      for (let token = begin; token < end; token++) {
        const from = table + <usize>load<i32>(ids + <usize>token * 4) * bytes + at;
        const factor = v128.load32_splat(factors + <usize>token * 4);
        sum0 = f32x4.add(sum0, f32x4.mul(v128.load(from), factor));
        sum1 = f32x4.add(sum1, f32x4.mul(v128.load(from, 16), factor));
        sum2 = f32x4.add(sum2, f32x4.mul(v128.load(from, 32), factor));
        sum3 = f32x4.add(sum3, f32x4.mul(v128.load(from, 48), factor));
      }
      squares = f32x4.add(squares, f32x4.mul(sum0, sum0));
      squares = f32x4.add(squares, f32x4.mul(sum1, sum1));
      squares = f32x4.add(squares, f32x4.mul(sum2, sum2));
      squares = f32x4.add(squares, f32x4.mul(sum3, sum3));
      v128.store(row + at, sum0);
      v128.store(row + at, sum1, 16);
      v128.store(row + at, sum2, 32);
      v128.store(row + at, sum3, 48);
    }
    const length = Mathf.sqrt(sumOf(squares)) + 1e-9;
    store<f32>(lengths + <usize>text * 4, length);
    const scale = f32x4.splat(1 / length);
    for (let at: usize = 0; at < bytes; at += 16) v128.store(row + at, f32x4.mul(v128.load(row + at), scale));
  }
}

/**
 * e to the power of each lane, for lanes of −87 to 0: 2 to the whole part, and a polynomial (the Taylor series, to a
 * relative error below 3e−7) for the rest, which is at most ½ ln 2.
 */
// @ts-ignore: decorator
@inline
function exponential(x: v128): v128 {
  const clamped = f32x4.max(x, f32x4.splat(-87));
  const whole = f32x4.nearest(f32x4.mul(clamped, f32x4.splat(1.44269504)));
  // ln 2 in two parts, so that the product with a whole number is exact.
  let rest = f32x4.sub(clamped, f32x4.mul(whole, f32x4.splat(0.693359375)));
  rest = f32x4.sub(rest, f32x4.mul(whole, f32x4.splat(-2.12194440e-4)));
  let sum = f32x4.splat(<f32>(1.0 / 720));
  sum = f32x4.add(f32x4.mul(sum, rest), f32x4.splat(<f32>(1.0 / 120)));
  sum = f32x4.add(f32x4.mul(sum, rest), f32x4.splat(<f32>(1.0 / 24)));
  sum = f32x4.add(f32x4.mul(sum, rest), f32x4.splat(<f32>(1.0 / 6)));
  sum = f32x4.add(f32x4.mul(sum, rest), f32x4.splat(0.5));
  sum = f32x4.add(f32x4.mul(sum, rest), f32x4.splat(1));
  sum = f32x4.add(f32x4.mul(sum, rest), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(whole), i32x4.splat(127)), 23);
  return f32x4.mul(sum, power);
}

/**
 * Turns rows `first … last − 1` of cosines into exp((cosine − 1) · sharpness), with 0 where row and column have the
 * same key and are not a pair. Keeps the exponent of each pair, and the sums of the rows. `size` is a multiple of 4.
 */
export function exponentiateRows(
  scores: usize, size: i32, keys: usize, first: i32, last: i32, sharpness: f32, pairs: usize, rowSums: usize,
): void {
  for (let i = first; i < last; i++) {
    const row = scores + <usize>i * <usize>size * 4;
    const key = v128.load32_splat(keys + <usize>i * 4);
    const pairAt = row + <usize>i * 4;
    const pair = (load<f32>(pairAt) - 1) * sharpness;
    let sums = f32x4.splat(0);
    for (let j = 0; j < size; j += 4) {
      const at = row + <usize>j * 4;
      const exponent = f32x4.mul(f32x4.sub(v128.load(at), f32x4.splat(1)), f32x4.splat(sharpness));
      const isSame = i32x4.eq(v128.load(keys + <usize>j * 4), key);
      const value = v128.andnot(exponential(exponent), isSame);
      sums = f32x4.add(sums, value);
      v128.store(at, value);
    }
    // The pair itself has one key too.
    const pairValue = f32x4.extract_lane(exponential(f32x4.splat(pair)), 0);
    store<f32>(pairAt, pairValue);
    store<f32>(pairs + <usize>i * 4, pair);
    store<f32>(rowSums + <usize>i * 4, sumOf(sums) + pairValue);
  }
}

/** Sums of columns `first … last − 1`, both multiples of 4. */
export function sumColumns(scores: usize, size: i32, first: i32, last: i32, columnSums: usize): void {
  memory.fill(columnSums + <usize>first * 4, 0, <usize>(last - first) * 4);
  for (let i = 0; i < size; i++) {
    const row = scores + <usize>i * <usize>size * 4;
    for (let j = first; j < last; j += 4) {
      const at = columnSums + <usize>j * 4;
      v128.store(at, f32x4.add(v128.load(at), v128.load(row + <usize>j * 4)));
    }
  }
}

/**
 * Turns the exponentials of rows `first … last − 1` into the gradient by the cosines of
 * Σ (log rowSum + log columnSum − 2 · pair) / size.
 */
export function gradientRows(
  scores: usize, size: i32, first: i32, last: i32, rowSums: usize, columnSums: usize, sharpness: f32,
): void {
  const factor = sharpness / <f32>size;
  for (let i = first; i < last; i++) {
    const row = scores + <usize>i * <usize>size * 4;
    const ofRow = f32x4.splat(factor / load<f32>(rowSums + <usize>i * 4));
    for (let j = 0; j < size; j += 4) {
      const ofColumn = f32x4.div(f32x4.splat(factor), v128.load(columnSums + <usize>j * 4));
      const at = row + <usize>j * 4;
      v128.store(at, f32x4.mul(v128.load(at), f32x4.add(ofRow, ofColumn)));
    }
    const pairAt = row + <usize>i * 4;
    store<f32>(pairAt, load<f32>(pairAt) - 2 * factor);
  }
}

/** Gradients by vectors of length 1 become gradients by the vectors before they were scaled. */
export function throughLength(
  gradients: usize, vectors: usize, lengths: usize, dimensions: i32, first: i32, last: i32,
): void {
  const bytes = <usize>dimensions * 4;
  for (let text = first; text < last; text++) {
    const gradient = gradients + <usize>text * bytes;
    const vector = vectors + <usize>text * bytes;
    let sums = f32x4.splat(0);
    for (let at: usize = 0; at < bytes; at += 16) {
      sums = f32x4.add(sums, f32x4.mul(v128.load(gradient + at), v128.load(vector + at)));
    }
    const along = f32x4.splat(sumOf(sums));
    const scale = f32x4.splat(1 / load<f32>(lengths + <usize>text * 4));
    for (let at: usize = 0; at < bytes; at += 16) {
      const across = f32x4.sub(v128.load(gradient + at), f32x4.mul(v128.load(vector + at), along));
      v128.store(gradient + at, f32x4.mul(across, scale));
    }
  }
}

/** For each token of texts `first … last − 1`: the product of its row of `table` and the text's gradient. */
export function tokenProducts(
  table: usize, dimensions: i32, ids: usize, offsets: usize, gradients: usize, first: i32, last: i32, products: usize,
): void {
  const bytes = <usize>dimensions * 4;
  for (let text = first; text < last; text++) {
    const gradient = gradients + <usize>text * bytes;
    const end = load<i32>(offsets + <usize>text * 4, 4);
    for (let token = load<i32>(offsets + <usize>text * 4); token < end; token++) {
      const row = table + <usize>load<i32>(ids + <usize>token * 4) * bytes;
      let sums = f32x4.splat(0);
      for (let at: usize = 0; at < bytes; at += 16) {
        sums = f32x4.add(sums, f32x4.mul(v128.load(row + at), v128.load(gradient + at)));
      }
      store<f32>(products + <usize>token * 4, sumOf(sums));
    }
  }
}

/** Adds each text's gradient, times the token's factor, to the rows of its tokens; in dimensions `first … last − 1` alone. */
export function scatter(
  tableGradient: usize, dimensions: i32, ids: usize, factors: usize, offsets: usize, gradients: usize, texts: i32,
  first: i32, last: i32,
): void {
  const bytes = <usize>dimensions * 4;
  for (let text = 0; text < texts; text++) {
    const gradient = gradients + <usize>text * bytes;
    const end = load<i32>(offsets + <usize>text * 4, 4);
    for (let token = load<i32>(offsets + <usize>text * 4); token < end; token++) {
      const row = tableGradient + <usize>load<i32>(ids + <usize>token * 4) * bytes;
      const factor = v128.load32_splat(factors + <usize>token * 4);
      for (let at = <usize>first * 4; at < <usize>last * 4; at += 16) {
        v128.store(row + at, f32x4.add(v128.load(row + at), f32x4.mul(v128.load(gradient + at), factor)));
      }
    }
  }
}

/**
 * One step of Adam (Kingma and Ba 2014) on numbers `first … last − 1`, both multiples of 4; clears their gradients.
 * `meanShare` and `squareShare` are 1 − β₁ᵗ and 1 − β₂ᵗ.
 */
export function adam(
  values: usize, gradients: usize, means: usize, squares: usize, first: i32, last: i32,
  rate: f32, beta1: f32, beta2: f32, meanShare: f32, squareShare: f32,
): void {
  const keep1 = f32x4.splat(beta1);
  const take1 = f32x4.splat(1 - beta1);
  const keep2 = f32x4.splat(beta2);
  const take2 = f32x4.splat(1 - beta2);
  const step = f32x4.splat(rate / meanShare);
  const inverse = f32x4.splat(1 / squareShare);
  const small = f32x4.splat(1e-8);
  for (let at = <usize>first * 4; at < <usize>last * 4; at += 16) {
    const gradient = v128.load(gradients + at);
    const mean = f32x4.add(f32x4.mul(keep1, v128.load(means + at)), f32x4.mul(take1, gradient));
    const square = f32x4.add(
      f32x4.mul(keep2, v128.load(squares + at)), f32x4.mul(take2, f32x4.mul(gradient, gradient)),
    );
    v128.store(means + at, mean);
    v128.store(squares + at, square);
    const root = f32x4.add(f32x4.sqrt(f32x4.mul(square, inverse)), small);
    v128.store(values + at, f32x4.sub(v128.load(values + at), f32x4.div(f32x4.mul(step, mean), root)));
    v128.store(gradients + at, f32x4.splat(0));
  }
}
