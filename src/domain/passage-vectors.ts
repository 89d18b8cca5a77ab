/**
 * Vectors of some passages, in their order. A passage has one row for the whole of it, and after it, where the model
 * makes them, one for each window. `rowCounts[i]` rows belong to passage i; 0 means it has no vector yet. `vectors`
 * holds the rows one after another, each of length 1, or all zeros for a text in which the model knows nothing.
 */
export interface PassageVectors {
  readonly vectors: Float32Array;
  readonly rowCounts: Uint16Array;
  /** Of models whose tokens mean the same in every text; absent for others. */
  readonly tokens?: PassageTokens;
}

/** Which tokens stand in each passage: `counts[i]` of `ids`, ascending and each once, belong to passage i. */
export interface PassageTokens {
  readonly ids: Uint16Array;
  readonly counts: Uint16Array;
}

/** One row for every text: `vectors` holds as many rows as there are texts. */
export function oneRowEach(vectors: Float32Array, dimensions: number): PassageVectors {
  return { vectors, rowCounts: new Uint16Array(vectors.length / dimensions).fill(1) };
}

/** One passage's share of `PassageVectors`. */
export interface PassageRows {
  readonly rows: Float32Array;
  /** Absent where they are not known; empty for a text in which the model knows nothing. */
  readonly tokenIds?: Uint16Array;
}

export const NO_ROWS: PassageRows = { rows: new Float32Array(0) };

/** The passages one by one, as views. */
export function splitPassages({ vectors, rowCounts, tokens }: PassageVectors, dimensions: number): PassageRows[] {
  let row = 0;
  let token = 0;
  return Array.from(rowCounts, (rowCount, at) => {
    const rows = vectors.subarray(row, (row += rowCount * dimensions));
    if (!tokens) return { rows };
    return { rows, tokenIds: tokens.ids.subarray(token, (token += tokens.counts[at] ?? 0)) };
  });
}

/** Passages put together again, copied. Tokens are given only where those of every passage with rows are known. */
export function joinPassages(passages: readonly PassageRows[], dimensions: number): PassageVectors {
  const rowCounts = Uint16Array.from(passages, ({ rows }) => rows.length / dimensions);
  const vectors = new Float32Array(passages.reduce((length, { rows }) => length + rows.length, 0));
  let offset = 0;
  for (const { rows } of passages) {
    vectors.set(rows, offset);
    offset += rows.length;
  }
  const embedded = passages.filter(({ rows }) => rows.length > 0);
  if (embedded.length === 0 || !embedded.every(({ tokenIds }) => tokenIds !== undefined)) return { vectors, rowCounts };
  const counts = Uint16Array.from(passages, ({ tokenIds }) => tokenIds?.length ?? 0);
  const ids = new Uint16Array(counts.reduce((sum, count) => sum + count, 0));
  offset = 0;
  for (const { tokenIds } of passages) {
    if (tokenIds === undefined) continue;
    ids.set(tokenIds, offset);
    offset += tokenIds.length;
  }
  return { vectors, rowCounts, tokens: { ids, counts } };
}
