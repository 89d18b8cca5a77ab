import { dequantise } from './segment-vectors.ts';
import { factorPlace, layoutFor, roundUp, SLAB_ROWS, type SlabLayout } from './slab-layout.ts';
import { PAGE_BYTES, type KernelInMemory } from './wasm-kernel.ts';

/** Slabs that the tables of addresses have room for. */
const MOST_SLABS = 8192;

/** What exact rows consist of: see `ExactRows`. */
export interface ExactBytes {
  readonly bytes: Uint8Array;
  readonly fine: Uint8Array;
  readonly scales: Float32Array;
}

/** Rows in one memory, in slabs; see slab-layout.ts. Rows are numbered from 0 and written once, then only moved or cleared. */
export class RowStore {
  readonly layout: SlabLayout;
  readonly #kernel: KernelInMemory;
  /** Addresses of tables in memory, one 32-bit address for each slab; 0 where there is no slab. */
  readonly codeSlabs: number;
  readonly exactSlabs: number;
  readonly #staging: number;
  readonly #freeCodeSlabs: number[] = [];
  readonly #freeExactSlabs: number[] = [];
  /** Rows of each slab whose exact row is there. */
  readonly #exactCounts: number[] = [];
  #end = 16;
  #slabCount = 0;
  #bytes: Uint8Array = new Uint8Array(0);
  #words: Uint32Array = new Uint32Array(0);
  #signedWords: Int32Array = new Int32Array(0);
  #halves: Uint16Array = new Uint16Array(0);
  #floats: Float32Array = new Float32Array(0);

  constructor(dimensions: number, kernel: KernelInMemory, hasQuarters: boolean) {
    this.#kernel = kernel;
    this.layout = layoutFor(dimensions, hasQuarters);
    this.codeSlabs = this.reserve(MOST_SLABS * 4);
    this.exactSlabs = this.reserve(MOST_SLABS * 4);
    this.#staging = this.reserve(SLAB_ROWS * this.layout.codeBytes);
  }

  get slabCount(): number {
    return this.#slabCount;
  }

  get memoryBytes(): number {
    return this.#kernel.memory.buffer.byteLength;
  }

  /** Takes `size` bytes of memory, for good. Views of the memory taken before may be void afterwards. */
  reserve(size: number): number {
    const at = this.#end;
    this.#end = roundUp(at + size, 16);
    const missing = this.#end - this.#kernel.memory.buffer.byteLength;
    if (missing > 0) this.#kernel.memory.grow(Math.ceil(missing / PAGE_BYTES));
    if (this.#bytes.buffer !== this.#kernel.memory.buffer || this.#bytes.length === 0) {
      this.#bytes = new Uint8Array(this.#kernel.memory.buffer);
      this.#words = new Uint32Array(this.#kernel.memory.buffer);
      this.#signedWords = new Int32Array(this.#kernel.memory.buffer);
      this.#halves = new Uint16Array(this.#kernel.memory.buffer);
      this.#floats = new Float32Array(this.#kernel.memory.buffer);
    }
    return at;
  }

  /** The memory, as it is until the next `reserve` or new row. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** The same as 32-bit integers. */
  get words(): Int32Array {
    return this.#signedWords;
  }

  /** Makes room for rows up to `end`. Throws `RangeError` where there is no memory left. */
  extend(end: number): void {
    for (; this.#slabCount * SLAB_ROWS < end; this.#slabCount++) {
      if (this.#slabCount === MOST_SLABS) throw new RangeError('No more rows fit the index.');
      const slab = this.#freeCodeSlabs.pop() ?? this.reserve(this.layout.codeSlabBytes);
      this.#bytes.fill(0, slab + this.layout.factorsAt, slab + this.layout.codeSlabBytes);
      this.#words[this.codeSlabs / 4 + this.#slabCount] = slab;
      this.#words[this.exactSlabs / 4 + this.#slabCount] = 0;
      this.#exactCounts[this.#slabCount] = 0;
    }
  }

  /** Lets go of the slabs in which no row is before `end`. */
  truncate(end: number): void {
    while (this.#slabCount > 0 && (this.#slabCount - 1) * SLAB_ROWS >= end) {
      this.#slabCount--;
      this.#freeCodeSlabs.push(this.#codeSlab(this.#slabCount * SLAB_ROWS));
      this.#freeExact(this.#slabCount);
    }
  }

  /** Writes codes to rows from `first` on. A row with a factor is live from now on. */
  writeCodes(first: number, codes: Uint8Array, factors: Uint16Array): void {
    const { liveAt, factorsAt, dimensions, codeBytes } = this.layout;
    const size = dimensions / 8;
    this.extend(first + factors.length);
    for (let done = 0; done < factors.length;) {
      const row = first + done;
      const place = row % SLAB_ROWS;
      const count = Math.min(SLAB_ROWS - place, factors.length - done);
      const slab = this.#codeSlab(row);
      this.#bytes.set(codes.subarray(done * size, (done + count) * size), this.#staging);
      this.#kernel.kernel.placeCodes(this.#staging, size, count, slab, place, codeBytes);
      for (let i = 0; i < count; i++) {
        const factor = factors[done + i]!;
        this.#halves[(slab + factorsAt) / 2 + factorPlace(place + i)] = factor;
        if (factor !== 0) this.#bytes[slab + liveAt + ((place + i) >> 3)]! |= 1 << ((place + i) & 7);
      }
      done += count;
    }
  }

  /** Writes exact rows beside codes that are there. */
  writeExact(first: number, { bytes, fine, scales }: ExactBytes): void {
    const { exactStride, exactSlabBytes, scalesAt, fineAt, fineBytes, dimensions } = this.layout;
    for (let done = 0; done < scales.length;) {
      const row = first + done;
      const place = row % SLAB_ROWS;
      const count = Math.min(SLAB_ROWS - place, scales.length - done);
      const index = Math.floor(row / SLAB_ROWS);
      let slab = this.#exactSlab(row);
      if (slab === 0) {
        slab = this.#freeExactSlabs.pop() ?? this.reserve(exactSlabBytes);
        this.#bytes.fill(0, slab, slab + exactSlabBytes);
        this.#words[this.exactSlabs / 4 + index] = slab;
      }
      for (let i = 0; i < count; i++) this.#countExact(row + i, -1);
      if (exactStride === dimensions) {
        this.#bytes.set(bytes.subarray(done * dimensions, (done + count) * dimensions), slab + place * exactStride);
      } else {
        for (let i = 0; i < count; i++) {
          const from = (done + i) * dimensions;
          this.#bytes.set(bytes.subarray(from, from + dimensions), slab + (place + i) * exactStride);
        }
      }
      if (fineBytes > 0) {
        this.#bytes.set(fine.subarray(done * fineBytes, (done + count) * fineBytes), slab + fineAt + place * fineBytes);
      }
      this.#floats.set(scales.subarray(done, done + count), (slab + scalesAt) / 4 + place);
      for (let i = 0; i < count; i++) this.#countExact(row + i, 1);
      done += count;
    }
  }

  /** Lets go of exact rows; they are scored by their codes from now on. */
  clearExact(first: number, count: number): void {
    for (let row = first; row < first + count; row++) {
      const slab = this.#exactSlab(row);
      if (slab === 0) continue;
      this.#countExact(row, -1);
      this.#floats[(slab + this.layout.scalesAt) / 4 + (row % SLAB_ROWS)] = 0;
      const index = Math.floor(row / SLAB_ROWS);
      if (this.#exactCounts[index] === 0) this.#freeExact(index);
    }
  }

  /** Takes a row out of every search. */
  bury(row: number): void {
    const place = row % SLAB_ROWS;
    this.#bytes[this.#codeSlab(row) + this.layout.liveAt + (place >> 3)]! &= ~(1 << (place & 7));
  }

  isLive(row: number): boolean {
    const place = row % SLAB_ROWS;
    return (this.#bytes[this.#codeSlab(row) + this.layout.liveAt + (place >> 3)]! >> (place & 7)) % 2 === 1;
  }

  /** Halves the factors of all rows `times` times: see `VectorIndex`, metric `dot`. */
  shrinkFactors(times: number): void {
    for (let slab = 0; slab < this.#slabCount; slab++) {
      const at = (this.#codeSlab(slab * SLAB_ROWS) + this.layout.factorsAt) / 2;
      for (let i = at; i < at + SLAB_ROWS; i++) {
        const factor = this.#halves[i]!;
        this.#halves[i] = factor === 0 ? 0 : Math.max(1, factor >> times);
      }
    }
  }

  /** Whether the exact row is there. Rows of zeros have none. */
  hasExact(row: number): boolean {
    return this.#scaleOf(row) !== 0;
  }

  /** Whether the row is of other numbers than zeros. */
  hasVector(row: number): boolean {
    return this.#halves[(this.#codeSlab(row) + this.layout.factorsAt) / 2 + factorPlace(row % SLAB_ROWS)] !== 0;
  }

  /** Writes `size` with the signs of a row to `target`. */
  readSigns(row: number, size: number, target: Float32Array): void {
    this.#readCode(row);
    for (let i = 0; i < target.length; i++) {
      target[i] = (this.#bytes[this.#staging + (i >> 3)]! >> (i & 7)) & 1 ? -size : size;
    }
  }

  /** Writes an exact row as floats to `target`; zeros where it is not there. */
  readRow(row: number, target: Float32Array): void {
    target.fill(0);
    const scale = this.#scaleOf(row);
    if (scale === 0) return;
    const { exactStride } = this.layout;
    const code = this.#bytes.subarray(this.#staging, this.#staging + this.layout.codeBytes);
    this.#readCode(row);
    const from = this.#exactSlab(row) + (row % SLAB_ROWS) * exactStride;
    dequantise(code, this.#bytes.subarray(from, from + exactStride), scale, target);
  }

  /** Moves rows towards the front, with all that belongs to them. */
  move(from: number, to: number, count: number): void {
    const { liveAt, factorsAt, exactStride, codeBytes, fineAt, fineBytes, dimensions } = this.layout;
    for (let i = 0; i < count; i++) {
      const [source, target] = [from + i, to + i];
      const [sourceSlab, targetSlab] = [this.#codeSlab(source), this.#codeSlab(target)];
      const place = target % SLAB_ROWS;
      this.#readCode(source);
      this.#kernel.kernel.placeCodes(this.#staging, codeBytes, 1, targetSlab, place, codeBytes);
      this.#halves[(targetSlab + factorsAt) / 2 + factorPlace(place)] =
        this.#halves[(sourceSlab + factorsAt) / 2 + factorPlace(source % SLAB_ROWS)]!;
      const bit = 1 << (place & 7);
      const liveByte = targetSlab + liveAt + (place >> 3);
      if (this.isLive(source)) this.#bytes[liveByte]! |= bit;
      else this.#bytes[liveByte]! &= ~bit;

      const scale = this.#scaleOf(source);
      this.clearExact(target, 1);
      if (scale !== 0) {
        const at = this.#exactSlab(source) + (source % SLAB_ROWS) * exactStride;
        const bytes = this.#bytes.slice(at, at + dimensions);
        const quarters = this.#exactSlab(source) + fineAt + (source % SLAB_ROWS) * fineBytes;
        const fine = this.#bytes.slice(quarters, quarters + fineBytes);
        this.clearExact(source, 1);
        this.writeExact(target, { bytes, fine, scales: Float32Array.of(scale) });
      }
      this.bury(source);
    }
  }

  #readCode(row: number): void {
    this.#kernel.kernel.readCode(this.#codeSlab(row), row % SLAB_ROWS, this.layout.codeBytes, this.#staging);
  }

  #scaleOf(row: number): number {
    const slab = this.#exactSlab(row);
    return slab === 0 ? 0 : this.#floats[(slab + this.layout.scalesAt) / 4 + (row % SLAB_ROWS)]!;
  }

  #countExact(row: number, sign: 1 | -1): void {
    const index = Math.floor(row / SLAB_ROWS);
    if (this.#scaleOf(row) !== 0) this.#exactCounts[index] = this.#exactCounts[index]! + sign;
  }

  #freeExact(index: number): void {
    const slab = this.#words[this.exactSlabs / 4 + index]!;
    if (slab !== 0) this.#freeExactSlabs.push(slab);
    this.#words[this.exactSlabs / 4 + index] = 0;
    this.#exactCounts[index] = 0;
  }

  #codeSlab(row: number): number {
    return this.#words[this.codeSlabs / 4 + Math.floor(row / SLAB_ROWS)]!;
  }

  #exactSlab(row: number): number {
    return this.#words[this.exactSlabs / 4 + Math.floor(row / SLAB_ROWS)]!;
  }
}
