/**
 * Vectors of some passages, in their order. A passage has one row for the whole of it, and after it, where the model
 * makes them, one for each window. `rowCounts[i]` rows belong to passage i; 0 means it has no vector yet. `vectors`
 * holds the rows one after another, each of length 1, or all zeros for a text in which the model knows nothing.
 */
export interface PassageVectors {
  readonly vectors: Float32Array;
  readonly rowCounts: Uint16Array;
}

/** One row for every text: `vectors` holds as many rows as there are texts. */
export function oneRowEach(vectors: Float32Array, dimensions: number): PassageVectors {
  return { vectors, rowCounts: new Uint16Array(vectors.length / dimensions).fill(1) };
}
