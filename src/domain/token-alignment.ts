/** The tokens of a question that are looked for in passages, each once, and how much each counts. */
export interface QueryTokens {
  readonly ids: Uint16Array;
  /** At least 0. */
  readonly weights: Float32Array;
}

/** A vector for each token of a model, in 4-bit numbers. */
export interface TokenTable {
  /** At most 65,536. */
  readonly rows: number;
  /** A multiple of 32. */
  readonly dimensions: number;
  /** Two numbers a byte, the lower half first, two's complement. */
  readonly packed: Uint8Array;
  /** By token; one that is not above 0 has no vector. */
  readonly scales: Float32Array;
}
