/** Chunks that were added together: a run of keys, and the run of rows that is theirs. */
export interface VectorPart {
  readonly firstKey: number;
  chunkCount: number;
  firstRow: number;
  rowCount: number;
  /** Where each chunk's rows start, counted from `firstRow`, and at last `rowCount`; absent where each chunk has one row. */
  rowStarts: number[] | undefined;
}

export interface ChunkRows {
  readonly part: VectorPart;
  readonly ordinal: number;
  /** Absolute numbers of rows, `[start, end)`. */
  readonly start: number;
  readonly end: number;
}

/** The parts of an index, in the order of keys, which is also the order of rows. */
export class VectorParts {
  #parts: VectorPart[] = [];

  get all(): readonly VectorPart[] {
    return this.#parts;
  }

  get last(): VectorPart | undefined {
    return this.#parts.at(-1);
  }

  /** Whether any chunk has other than one row. */
  get hasWindows(): boolean {
    return this.#parts.some(({ rowStarts }) => rowStarts !== undefined);
  }

  push(part: VectorPart): void {
    this.#parts.push(part);
  }

  delete(part: VectorPart): void {
    this.#parts = this.#parts.filter((other) => other !== part);
  }

  /** The rows of a chunk, or `undefined` where no part holds the key. */
  rowsOf(key: number): ChunkRows | undefined {
    const part = this.#parts[lastWhere(this.#parts.length, (at) => this.#parts[at]!.firstKey <= key)];
    if (part === undefined || key >= part.firstKey + part.chunkCount || key < part.firstKey) return undefined;
    return rowsOfOrdinal(part, key - part.firstKey);
  }

  /** Calls `visit` once for each chunk that has one of these rows, which ascend, in the order of chunks. */
  forEachChunk(rows: Uint32Array, visit: (key: number, start: number, end: number) => void): void {
    let index = 0;
    let seen = -1;
    for (const row of rows) {
      if (row < seen) continue;
      let part = this.#parts[index];
      while (part !== undefined && row >= part.firstRow + part.rowCount) part = this.#parts[++index];
      if (part === undefined) return;
      const starts = part.rowStarts;
      const offset = row - part.firstRow;
      const ordinal =
        starts === undefined ? offset : lastWhere(part.chunkCount, (at) => (starts[at] ?? Infinity) <= offset);
      const start = part.firstRow + (starts?.[ordinal] ?? offset);
      const end = starts === undefined ? start + 1 : part.firstRow + (starts[ordinal + 1] ?? offset + 1);
      visit(part.firstKey + ordinal, start, end);
      seen = end;
    }
  }
}

export function rowsOfOrdinal(part: VectorPart, ordinal: number): ChunkRows {
  const start = part.firstRow + (part.rowStarts?.[ordinal] ?? ordinal);
  const end = part.firstRow + (part.rowStarts?.[ordinal + 1] ?? ordinal + 1);
  return { part, ordinal, start, end };
}

/** Where each chunk's rows start, as `VectorPart.rowStarts`. */
export function rowStartsOf(rowCounts: Uint16Array | undefined): number[] | undefined {
  if (rowCounts === undefined) return undefined;
  const starts = [0];
  for (const count of rowCounts) starts.push(starts.at(-1)! + count);
  return starts;
}

/** The last of `count` positions for which `isTrue` holds, which holds up to some point only; −1 where it never does. */
function lastWhere(count: number, isTrue: (at: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isTrue(middle)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
