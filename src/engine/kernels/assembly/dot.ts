// Dot product of two rows of floats, four at a time; what is left over one by one.

/** `left` and `right` are addresses of `count` 32-bit floats. */
export function dotFloats(left: usize, right: usize, count: i32): f32 {
  let sums = f32x4.splat(0);
  let index = 0;
  for (; index + 4 <= count; index += 4) {
    const at = <usize>index << 2;
    sums = f32x4.add(sums, f32x4.mul(v128.load(left + at), v128.load(right + at)));
  }
  let sum =
    f32x4.extract_lane(sums, 0) +
    f32x4.extract_lane(sums, 1) +
    f32x4.extract_lane(sums, 2) +
    f32x4.extract_lane(sums, 3);
  for (; index < count; index++) {
    const at = <usize>index << 2;
    sum += load<f32>(left + at) * load<f32>(right + at);
  }
  return sum;
}
