/** The memory kernels work in: WebAssembly's own, or one that takes its place. */
export interface KernelMemory {
  readonly buffer: ArrayBufferLike;
  /** Adds pages of 64 KiB, all zeros; older views of the buffer are void then. Throws `RangeError` where there is no room. */
  grow(pages: number): number;
}

/**
 * The inner loops of vector search, over addresses in a `KernelMemory`. Two implementations give equal results to
 * the bit: WebAssembly SIMD (src/engine/kernels/assembly/scan.ts and refine.ts) and plain TypeScript (plain-kernel.ts).
 * For the layout of slabs see slab-layout.ts, for jobs scan-job.ts and refine-job.ts.
 */
export interface VectorKernel {
  /**
   * Scans slabs `[firstSlab, endSlab)` of a table of addresses: rows over the job's threshold join its list, in their order.
   * A list that is about to overflow is cut, which raises the threshold.
   */
  scan(job: number, slabTable: number, firstSlab: number, endSlab: number): void;
  /** Cuts the job's list down to the best it is to keep: by score, among equals the first. Their order stays. */
  keepBest(job: number): void;
  /** Scores the rows of a job from nine bits per dimension, or from the code alone. */
  refine(job: number): void;
  /** Scores the rows of a job from eleven bits: NaN where they are not there, 0 for a row of zeros. */
  refineFinest(job: number): void;
  /**
   * Quantises `count` rows of `dimensions` floats (a multiple of 8). Per row: `dimensions / 8` bytes of sign bits to
   * `codes`, the low bytes of values between −255 and 255 to `exact` (`stride` bytes apart), the quarter of a step in which
   * each lies to `fine` (two bits each), and to `measures`
   * four floats: the largest magnitude, then, of the row divided by it, the sums of squares, of magnitudes, and of
   * products with the values.
   * Returns the first row with a value that is not finite, or −1.
   */
  quantise(
    rows: number,
    count: number,
    dimensions: number,
    codes: number,
    exact: number,
    stride: number,
    fine: number,
    measures: number,
  ): number;
  /** Writes `count` codes of `size` bytes to rows `row`, `row + 1`, … of one slab. */
  placeCodes(codes: number, size: number, count: number, slab: number, row: number, codeBytes: number): void;
  /** Reads the code of a row of a slab. */
  readCode(slab: number, row: number, codeBytes: number, code: number): void;
  /** One bit for each of `count` bytes, rounded up to 16: set where the byte is not 0. */
  packBits(bytes: number, count: number, bits: number): void;
}
