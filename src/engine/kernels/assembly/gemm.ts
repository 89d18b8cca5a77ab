// Product of float matrices in blocks that fit the caches (Goto and van de Geijn 2008: panels of the right matrix,
// strips of the left one, a tile of the result in registers). Each element is summed in the order of `depth`, however the
// rows are divided among threads.

const STRIP = 4;
const PANEL = 8;
const DEPTH = 256;
const ROWS = 128;

/** Bytes that `pack` must have room for. */
export function packBytes(columns: i32): usize {
  return <usize>(DEPTH * (ROWS + columns) * 4);
}

/**
 * result[i, j] = Σ left[i, k] · right[k, j] for rows `first … last − 1` of the result. `left` is addressed as
 * left + 4 · (i · leftRow + k · leftColumn), so that it can be read transposed; `right` and `result` have rows of
 * `columns` floats. `last − first` is a multiple of 4, `columns` of 8. `pack` is scratch space of this thread.
 */
export function multiply(
  left: usize, leftRow: i32, leftColumn: i32,
  right: usize, result: usize,
  first: i32, last: i32, columns: i32, depth: i32,
  pack: usize,
): void {
  const packedRight = pack + <usize>(DEPTH * ROWS * 4);
  for (let k0 = 0; k0 < depth; k0 += DEPTH) {
    const k1 = min(k0 + DEPTH, depth);
    packPanels(right, columns, k0, k1, packedRight);
    for (let i0 = first; i0 < last; i0 += ROWS) {
      const i1 = min(i0 + ROWS, last);
      packStrips(left, leftRow, leftColumn, i0, i1, k0, k1, pack);
      for (let j = 0; j < columns; j += PANEL) {
        const panel = packedRight + <usize>(j * (k1 - k0) * 4);
        for (let i = i0; i < i1; i += STRIP) {
          const strip = pack + <usize>((i - i0) * (k1 - k0) * 4);
          tile(strip, panel, k1 - k0, result + (<usize>i * <usize>columns + <usize>j) * 4, columns, k0 == 0);
        }
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function tile(strip: usize, panel: usize, depth: i32, target: usize, columns: i32, isFirst: bool): void {
  let a0 = f32x4.splat(0), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;
  for (let k = 0; k < depth; k++) {
    const right0 = v128.load(panel);
    const right1 = v128.load(panel, 16);
    const a = v128.load32_splat(strip);
    const b = v128.load32_splat(strip, 4);
    const c = v128.load32_splat(strip, 8);
    const d = v128.load32_splat(strip, 12);
    a0 = f32x4.add(a0, f32x4.mul(a, right0));
    a1 = f32x4.add(a1, f32x4.mul(a, right1));
    b0 = f32x4.add(b0, f32x4.mul(b, right0));
    b1 = f32x4.add(b1, f32x4.mul(b, right1));
    c0 = f32x4.add(c0, f32x4.mul(c, right0));
    c1 = f32x4.add(c1, f32x4.mul(c, right1));
    d0 = f32x4.add(d0, f32x4.mul(d, right0));
    d1 = f32x4.add(d1, f32x4.mul(d, right1));
    panel += 32;
    strip += 16;
  }
  const step = <usize>columns * 4;
  put(target, a0, a1, isFirst);
  put(target + step, b0, b1, isFirst);
  put(target + 2 * step, c0, c1, isFirst);
  put(target + 3 * step, d0, d1, isFirst);
}

// @ts-ignore: decorator
@inline
function put(target: usize, low: v128, high: v128, isFirst: bool): void {
  if (isFirst) {
    v128.store(target, low);
    v128.store(target, high, 16);
  } else {
    v128.store(target, f32x4.add(v128.load(target), low));
    v128.store(target, f32x4.add(v128.load(target, 16), high), 16);
  }
}

function packPanels(right: usize, columns: i32, k0: i32, k1: i32, to: usize): void {
  for (let j = 0; j < columns; j += PANEL) {
    for (let k = k0; k < k1; k++) {
      const from = right + (<usize>k * <usize>columns + <usize>j) * 4;
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
      to += 32;
    }
  }
}

function packStrips(
  left: usize, leftRow: i32, leftColumn: i32, i0: i32, i1: i32, k0: i32, k1: i32, to: usize,
): void {
  for (let i = i0; i < i1; i += STRIP) {
    for (let k = k0; k < k1; k++) {
      const from = left + (<usize>i * <usize>leftRow + <usize>k * <usize>leftColumn) * 4;
      store<f32>(to, load<f32>(from));
      store<f32>(to, load<f32>(from + <usize>leftRow * 4), 4);
      store<f32>(to, load<f32>(from + <usize>leftRow * 8), 8);
      store<f32>(to, load<f32>(from + <usize>leftRow * 12), 12);
      to += 16;
    }
  }
}

/** Writes rows `first … last − 1` of a matrix of `columns` floats a row as columns of `target`, whose rows have `rows` floats. */
export function transpose(source: usize, rows: i32, columns: i32, target: usize, first: i32, last: i32): void {
  for (let i = first; i < last; i++) {
    let from = source + <usize>i * <usize>columns * 4;
    let to = target + <usize>i * 4;
    for (let j = 0; j < columns; j++) {
      store<f32>(to, load<f32>(from));
      from += 4;
      to += <usize>rows * 4;
    }
  }
}
