/**
 * How rows lie in memory. Rows are numbered through; 2,048 of them share a slab of codes and, once they are there, a slab of
 * exact rows.
 *
 * A slab of codes holds the codes, then the factors, then the live bits. The codes are, for each block of 16 rows, byte j of
 * all 16 codes side by side, for each of their `codeBytes` bytes: one instruction looks up a half byte of 16 rows (André, Kermarrec, Le Scouarnec: Cache locality is not enough, VLDB 2015).
 * Bit i of byte j is set where component 8 j + i is negative. A block's 16 factors are those of its even rows, then
 * those of its odd rows, because that is how sums of bytes widen.
 *
 * A slab of exact rows holds the low bytes of each row's nine-bit values (the ninth bit is the code's), each row padded to a
 * multiple of 16, then a 32-bit float for each row: its scale, 0 where the exact row is missing; then for each row the
 * quarters of a step that the last stage adds to the values, two bits for each dimension.
 */
export const SLAB_ROWS = 2048;
export const BLOCK_ROWS = 16;
/** Bytes of a slab's live bits. */
export const LIVE_BYTES = SLAB_ROWS / 8;

/** Codes are padded to a multiple of this many bytes. */
const CODE_UNIT = 4;
export interface SlabLayout {
  /** A multiple of 8. */
  readonly dimensions: number;
  /** Bytes of a code in a slab, a multiple of 4. */
  readonly codeBytes: number;
  /** Bytes of an exact row in a slab. */
  readonly exactStride: number;
  /** Where factors and live bits start in a slab of codes. */
  readonly factorsAt: number;
  readonly liveAt: number;
  readonly codeSlabBytes: number;
  /** Where scales start in a slab of exact rows. */
  readonly scalesAt: number;
  /** Where quarters start in a slab of exact rows, and how many bytes a row has of them, if any. */
  readonly fineAt: number;
  readonly fineBytes: number;
  readonly exactSlabBytes: number;
}

/** The layout for rows of `dimensions` components, which are padded to a multiple of 8; with or without quarters. */
export function layoutFor(dimensions: number, hasQuarters: boolean): SlabLayout {
  const padded = roundUp(dimensions, 8);
  const codeBytes = roundUp(padded / 8, CODE_UNIT);
  const exactStride = roundUp(padded, 16);
  const factorsAt = SLAB_ROWS * codeBytes;
  const liveAt = factorsAt + SLAB_ROWS * 2;
  const scalesAt = SLAB_ROWS * exactStride;
  const fineAt = scalesAt + SLAB_ROWS * 4;
  const fineBytes = hasQuarters ? padded / 4 : 0;
  return {
    dimensions: padded,
    codeBytes,
    exactStride,
    factorsAt,
    liveAt,
    codeSlabBytes: liveAt + LIVE_BYTES,
    scalesAt,
    fineAt,
    fineBytes,
    exactSlabBytes: roundUp(fineAt + SLAB_ROWS * fineBytes, 16),
  };
}

/** Where a row's factor is among those of its slab, in units of 16 bits. */
export function factorPlace(row: number): number {
  return (row & ~15) + ((row & 1) << 3) + ((row & 15) >> 1);
}

export function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}
