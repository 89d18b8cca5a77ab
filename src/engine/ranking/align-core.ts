/** Products of question's and passage's tokens, by whatever computes them. */
export interface AlignCore {
  readonly rows: number;
  /** By token: 1 / length of its row, or 0 where it has no vector. */
  readonly inverses: Float32Array;
  /**
   * For each passage `queryIds.length` numbers: the largest product of that token's row with a row of the passage, the
   * latter divided by its length; at least 0. Ids are below `rows`.
   */
  maxima(queryIds: readonly number[], ids: Uint16Array, counts: Uint32Array): Float32Array;
}

/** 1 / length of each row, from its sum of squares. */
export function inversesOf(squares: Int32Array, scales: Float32Array): Float32Array {
  return Float32Array.from(squares, (square, row) => (square > 0 && scales[row]! > 0 ? 1 / Math.sqrt(square) : 0));
}
