import { REFINE_JOB, REFINE_JOB_BYTES } from './refine-job.ts';
import { NO_THRESHOLD, SCAN_JOB, SCAN_JOB_BYTES } from './scan-job.ts';
import { BLOCK_ROWS, factorPlace, LIVE_BYTES, SLAB_ROWS } from './slab-layout.ts';
import type { KernelMemory, VectorKernel } from './vector-kernel.ts';

/**
 * The kernels in plain TypeScript, without WebAssembly: what the fast ones are tested against, and what serves where
 * SIMD is missing. Written to be read beside src/engine/kernels/assembly/, one row at a time.
 */
export class PlainKernel implements VectorKernel {
  readonly #memory: KernelMemory;
  #buffer: ArrayBufferLike | undefined;
  #bytes: Uint8Array = new Uint8Array(0);
  #words: Int32Array = new Int32Array(0);
  #halves: Int16Array = new Int16Array(0);
  #floats: Float32Array = new Float32Array(0);

  constructor(memory: KernelMemory) {
    this.#memory = memory;
  }

  scan(job: number, slabTable: number, firstSlab: number, endSlab: number): void {
    this.#view();
    const words = this.#words.subarray(job / 4, job / 4 + SCAN_JOB_BYTES / 4);
    const codeBytes = words[SCAN_JOB.codeBytes]!;
    const accept = words[SCAN_JOB.accept]! >>> 0;
    const full = words[SCAN_JOB.capacity]! - 2 * BLOCK_ROWS;
    const liveAt = SLAB_ROWS * (codeBytes + 2);
    const sums = new Int32Array(BLOCK_ROWS);
    for (let slab = firstSlab; slab < endSlab; slab++) {
      const codes = this.#words[slabTable / 4 + slab]! >>> 0;
      for (let block = 0; block < SLAB_ROWS / BLOCK_ROWS; block++) {
        if ((block >> 1) % words[SCAN_JOB.stride]! !== 0) continue;
        let mask = this.#halves[(codes + liveAt) / 2 + block]! & 0xffff;
        if (accept !== 0) mask &= this.#halves[(accept + slab * LIVE_BYTES) / 2 + block]!;
        if (mask !== 0) this.#scanBlock(words, codes, slab, block, mask, sums);
        // The fast kernel looks after two blocks at a time.
        if (block % 2 === 1 && words[SCAN_JOB.length]! > full) this.#cut(words);
      }
    }
  }

  #scanBlock(words: Int32Array, codes: number, slab: number, block: number, mask: number, sums: Int32Array): void {
    sums.fill(0);
    const codeBytes = words[SCAN_JOB.codeBytes]!;
    let lut = words[SCAN_JOB.luts]! >>> 0;
    for (let byte = 0; byte < codeBytes; byte++, lut += 32) {
      const at = codes + (block * codeBytes + byte) * BLOCK_ROWS;
      for (let row = 0; row < BLOCK_ROWS; row++) {
        const code = this.#bytes[at + row]!;
        sums[row] = sums[row]! + this.#bytes[lut + (code & 15)]! + this.#bytes[lut + 16 + (code >> 4)]!;
      }
    }
    const threshold = words[SCAN_JOB.threshold]!;
    for (let row = 0; row < BLOCK_ROWS; row++) {
      if ((mask & (1 << row)) === 0) continue;
      const factor = this.#factorOf(codes, block * BLOCK_ROWS + row, codeBytes);
      const score = weigh(sums[row]!, words[SCAN_JOB.bias]!, words[SCAN_JOB.shift]!, factor);
      if (score <= threshold) continue;
      const entry = (words[SCAN_JOB.list]! >>> 0) / 4 + 2 * words[SCAN_JOB.length]!;
      this.#words[entry] = slab * SLAB_ROWS + block * BLOCK_ROWS + row;
      this.#words[entry + 1] = score;
      words[SCAN_JOB.length] = words[SCAN_JOB.length]! + 1;
    }
  }

  #factorOf(codes: number, place: number, codeBytes: number): number {
    return this.#halves[(codes + SLAB_ROWS * codeBytes) / 2 + factorPlace(place)]!;
  }

  keepBest(job: number): void {
    this.#view();
    this.#cut(this.#words.subarray(job / 4, job / 4 + SCAN_JOB_BYTES / 4));
  }

  #cut(words: Int32Array): void {
    const keep = words[SCAN_JOB.keep]!;
    const length = words[SCAN_JOB.length]!;
    if (length <= keep) return;
    const list = (words[SCAN_JOB.list]! >>> 0) / 4;
    const entries = Array.from({ length }, (_, at) => ({
      at,
      row: this.#words[list + 2 * at]!,
      score: this.#words[list + 2 * at + 1]!,
    }));
    const kept = entries.sort((a, b) => b.score - a.score || a.at - b.at).slice(0, keep);
    const threshold = kept.at(-1)?.score ?? NO_THRESHOLD;
    kept.sort((a, b) => a.at - b.at);
    kept.forEach(({ row, score }, at) => {
      this.#words[list + 2 * at] = row;
      this.#words[list + 2 * at + 1] = score;
    });
    words[SCAN_JOB.length] = keep;
    words[SCAN_JOB.threshold] = threshold;
  }

  refine(job: number): void {
    this.#forEachRow(job, ({ words, units, codes, exact, place, scale, stride, scratch }) => {
      const query = (words[REFINE_JOB.query]! >>> 0) / 2;
      let dot = 0;
      for (let i = 0; i < stride; i++) {
        const isNegative = (this.#bytes[scratch + (i >> 3)]! >> (i & 7)) & 1;
        const value = scale > 0 ? this.#bytes[exact + place * stride + i]! - 256 * isNegative : 1 - 2 * isNegative;
        dot += value * this.#halves[query + i]!;
      }
      const factor = this.#factorOf(codes, place, words[REFINE_JOB.codeBytes]!);
      const rough = Math.fround(Math.fround(Math.fround(dot) * factor) * units[REFINE_JOB.factorUnit]!);
      const score = scale > 0 ? Math.fround(Math.fround(dot) * scale) : rough;
      return score * units[REFINE_JOB.queryUnit]!;
    });
  }

  refineFinest(job: number): void {
    this.#forEachRow(job, ({ words, units, codes, exact, place, scale, stride, scratch }) => {
      const fineBytes = words[REFINE_JOB.fineBytes]!;
      if (scale === 0 || fineBytes === 0) {
        return this.#factorOf(codes, place, words[REFINE_JOB.codeBytes]!) === 0 ? 0 : NaN;
      }
      const query = (words[REFINE_JOB.floatQuery]! >>> 0) / 4;
      const fine = exact + SLAB_ROWS * (stride + 4) + place * fineBytes;
      const coarse = (i: number): number =>
        this.#bytes[exact + place * stride + i]! - 256 * ((this.#bytes[scratch + (i >> 3)]! >> (i & 7)) & 1);
      const value = (i: number): number =>
        coarse(i) + ((this.#bytes[fine + (i >> 2)]! >> (2 * (i & 3))) & 3) * 0.25 - 0.375;
      const count = fineBytes * 4;
      const dot = fourSums(count, (i) => Math.fround(this.#floats[query + i]! * value(i)));
      const products = fourSums(count, (i) => Math.fround(coarse(i) * value(i)));
      const squares = fourSums(count, (i) => Math.fround(value(i) * value(i)));
      const share = Math.fround(products / squares);
      return Math.fround(Math.fround(dot * scale) * share) * units[REFINE_JOB.floatUnit]!;
    });
  }

  /** Scores each row of a refinement's job. */
  #forEachRow(job: number, scoreOf: (row: RefinedRow) => number): void {
    this.#view();
    const words = this.#words.subarray(job / 4, job / 4 + REFINE_JOB_BYTES / 4);
    const units = this.#floats.subarray(job / 4, job / 4 + REFINE_JOB_BYTES / 4);
    const stride = words[REFINE_JOB.stride]!;
    const rows = (words[REFINE_JOB.rows]! >>> 0) / 4;
    const scores = (words[REFINE_JOB.scores]! >>> 0) / 4;
    const scratch = words[REFINE_JOB.scratch]! >>> 0;
    for (let index = 0; index < words[REFINE_JOB.count]!; index++) {
      const row = this.#words[rows + index]!;
      const slab = Math.floor(row / SLAB_ROWS);
      const place = row % SLAB_ROWS;
      const codes = this.#words[(words[REFINE_JOB.codeSlabs]! >>> 0) / 4 + slab]! >>> 0;
      const exact = this.#words[(words[REFINE_JOB.exactSlabs]! >>> 0) / 4 + slab]! >>> 0;
      this.readCode(codes, place, words[REFINE_JOB.codeBytes]!, scratch);
      const scale = exact === 0 ? 0 : this.#floats[(exact + SLAB_ROWS * stride) / 4 + place]!;
      this.#floats[scores + index] = scoreOf({ words, units, codes, exact, place, scale, stride, scratch });
    }
  }

  quantise(
    rows: number,
    count: number,
    dimensions: number,
    codes: number,
    exact: number,
    stride: number,
    fine: number,
    measures: number,
  ): number {
    this.#view();
    const quotients = new Float32Array(dimensions);
    const nearest = new Float32Array(dimensions);
    for (let row = 0; row < count; row++) {
      const values = this.#floats.subarray(rows / 4 + row * dimensions, rows / 4 + (row + 1) * dimensions);
      const code = this.#bytes.subarray(codes + (row * dimensions) / 8, codes + ((row + 1) * dimensions) / 8).fill(0);
      const bytes = this.#bytes.subarray(exact + row * stride, exact + row * stride + stride);
      const quarter = this.#bytes.subarray(fine + (row * dimensions) / 4, fine + ((row + 1) * dimensions) / 4).fill(0);
      const measure = this.#floats.subarray(measures / 4 + row * 4, measures / 4 + row * 4 + 4).fill(0);
      let largest = 0;
      for (const value of values) {
        const magnitude = Math.abs(value);
        if (!(magnitude < Infinity)) return row;
        if (magnitude > largest) largest = magnitude;
      }
      if (largest === 0) {
        bytes.fill(0);
        continue;
      }
      for (let i = 0; i < dimensions; i++) {
        quotients[i] = values[i]! / largest;
        const value = roundHalfToEven(Math.fround(quotients[i]! * 255));
        nearest[i] = value;
        bytes[i] = value & 255;
        quarter[i >> 2]! |= quarterOf(Math.fround(Math.fround(quotients[i]! * 255) - value), i) << (2 * (i & 3));
        if (value < 0) code[i >> 3] = code[i >> 3]! | (1 << (i & 7));
      }
      measure[0] = largest;
      measure[1] = fourSums(dimensions, (at) => Math.fround(quotients[at]! * quotients[at]!));
      measure[2] = fourSums(dimensions, (at) => Math.abs(quotients[at]!));
      measure[3] = fourSums(dimensions, (at) => Math.fround(quotients[at]! * nearest[at]!));
    }
    return -1;
  }

  placeCodes(codes: number, size: number, count: number, slab: number, row: number, codeBytes: number): void {
    this.#view();
    for (let index = 0; index < count; index++) {
      for (let byte = 0; byte < codeBytes; byte++) {
        const value = byte < size ? this.#bytes[codes + index * size + byte]! : 0;
        this.#bytes[slab + codePlace(row + index, byte, codeBytes)] = value;
      }
    }
  }

  readCode(slab: number, row: number, codeBytes: number, code: number): void {
    this.#view();
    for (let byte = 0; byte < codeBytes; byte++) {
      this.#bytes[code + byte] = this.#bytes[slab + codePlace(row, byte, codeBytes)]!;
    }
  }

  packBits(bytes: number, count: number, bits: number): void {
    this.#view();
    for (let at = 0; at < Math.ceil(count / 16) * 16; at += 8) {
      let byte = 0;
      for (let bit = 0; bit < 8; bit++) if (this.#bytes[bytes + at + bit] !== 0) byte |= 1 << bit;
      this.#bytes[bits + at / 8] = byte;
    }
  }

  #view(): void {
    const { buffer } = this.#memory;
    if (buffer === this.#buffer) return;
    this.#buffer = buffer;
    this.#bytes = new Uint8Array(buffer);
    this.#words = new Int32Array(buffer);
    this.#halves = new Int16Array(buffer);
    this.#floats = new Float32Array(buffer);
  }
}

/** A row that is being refined, the job's words, also as floats, and where the row's pieces are. */
interface RefinedRow {
  readonly words: Int32Array;
  readonly units: Float32Array;
  readonly codes: number;
  readonly exact: number;
  readonly place: number;
  /** 0: there is no exact row. */
  readonly scale: number;
  readonly stride: number;
  /** Where the row's code has been put together. */
  readonly scratch: number;
}

/** Where a byte of a row's code is in its slab. */
function codePlace(row: number, byte: number, codeBytes: number): number {
  return ((row >> 4) * codeBytes + byte) * BLOCK_ROWS + (row & 15);
}

/** `(sum − bias) · 2^shift · factor / 2^15`, rounded. */
function weigh(sum: number, bias: number, shift: number, factor: number): number {
  return (((sum - bias) << shift) * factor + 0x4000) >> 15;
}

/** Which quarter of a step a remainder between −½ and ½ lies in; at zero the even ones round down. */
function quarterOf(remainder: number, at: number): number {
  const shifted = Math.fround(
    Math.fround(Math.fround(remainder + 0.5) * 4) - (at % 2 === 0 ? Math.fround(0.00001) : 0),
  );
  return Math.min(3, Math.max(0, Math.trunc(shifted)));
}

function roundHalfToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** Sums in single precision in the order in which four lanes would: i ≡ 0, 1, 2, 3 (mod 4), then (0 + 1) + (2 + 3). */
function fourSums(count: number, part: (at: number) => number): number {
  const sums = new Float32Array(4);
  for (let i = 0; i < count; i++) sums[i & 3] = sums[i & 3]! + part(i);
  return Math.fround(Math.fround(sums[0]! + sums[1]!) + Math.fround(sums[2]! + sums[3]!));
}
