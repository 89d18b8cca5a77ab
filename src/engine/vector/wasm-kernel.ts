import refineCode from '../kernels/refine.wasm.ts';
import relaxedScanCode from '../kernels/scan-relaxed.wasm.ts';
import scanCode from '../kernels/scan.wasm.ts';
import { PlainKernel } from './plain-kernel.ts';
import type { KernelMemory, VectorKernel } from './vector-kernel.ts';

export const PAGE_BYTES = 65_536;
/** All that 32-bit addresses reach. */
const LARGEST_PAGES = 65_536;
const IMPORT_SECTION = 2;
const MAGIC_BYTES = 8;

/** How the loops of vector search run: with SIMD, or, where the browser has none, in plain TypeScript. */
export type KernelKind = 'simd' | 'plain';

export interface KernelInMemory {
  readonly kernel: VectorKernel;
  readonly memory: KernelMemory;
  readonly kind: KernelKind;
}

/** The best kernel that runs here, over a memory of its own that grows as needed. */
export function openKernel(kind: KernelKind = isSimdSupported() ? 'simd' : 'plain'): KernelInMemory {
  if (kind === 'plain') {
    const memory = new PlainMemory();
    return { kernel: new PlainKernel(memory), memory, kind };
  }
  const memory = new WebAssembly.Memory({ initial: 1 });
  return { kernel: simdKernel(memory), memory, kind };
}

/** The same over memory that other threads may share, or `undefined` where there is none to be had. */
export function openSharedKernel(): (KernelInMemory & { readonly memory: WebAssembly.Memory }) | undefined {
  if (!isIsolated() || typeof SharedArrayBuffer === 'undefined' || !isSimdSupported()) {
    return undefined;
  }
  // Address space is set aside for the maximum; small devices may not have as much.
  for (const maximum of [LARGEST_PAGES, LARGEST_PAGES / 4]) {
    try {
      const memory = new WebAssembly.Memory({ initial: 1, maximum, shared: true });
      return { kernel: simdKernel(memory), memory, kind: 'simd' };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return undefined;
}

/** Whether memory may be shared: in browsers where the page is isolated, in Node always. */
function isIsolated(): boolean {
  return !('crossOriginIsolated' in globalThis) || globalThis.crossOriginIsolated;
}

/** The SIMD kernel over memory made elsewhere, shared or not. */
export function simdKernel(memory: WebAssembly.Memory): VectorKernel {
  const isShared = typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer;
  const imports = { env: { memory } };
  const start = (code: string): WebAssembly.Exports =>
    new WebAssembly.Instance(new WebAssembly.Module(isShared ? withSharedMemory(decode(code)) : decode(code)), imports)
      .exports;
  const exported: Record<string, unknown> = { ...start(bestScanCode()), ...start(refineCode) };
  const take = (name: string): ((...values: number[]) => unknown) => {
    const found = exported[name];
    if (typeof found !== 'function') throw new TypeError(`The kernel has no function ${name}.`);
    return found as (...values: number[]) => unknown;
  };
  const [scan, keepBest, refine, refineFinest] = [take('scan'), take('keepBest'), take('refine'), take('refineFinest')];
  const [quantise, placeCodes, readCode, packBits] = [
    take('quantise'),
    take('placeCodes'),
    take('readCode'),
    take('packBits'),
  ];
  return {
    scan: (...values) => void scan(...values),
    keepBest: (job) => void keepBest(job),
    refine: (job) => void refine(job),
    refineFinest: (job) => void refineFinest(job),
    quantise: (...values) => Number(quantise(...values)),
    placeCodes: (...values) => void placeCodes(...values),
    readCode: (...values) => void readCode(...values),
    packBits: (...values) => void packBits(...values),
  };
}

/** Whether this browser runs the kernels. */
export function isSimdSupported(): boolean {
  return typeof WebAssembly !== 'undefined' && WebAssembly.validate(decode(scanCode));
}

/** The build with relaxed SIMD where it runs: the same results, sooner. */
function bestScanCode(): string {
  return WebAssembly.validate(decode(relaxedScanCode)) ? relaxedScanCode : scanCode;
}

function decode(code: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(code), (character) => character.charCodeAt(0));
}

/**
 * The same module, importing shared memory. One build serves both: only the limits of the imported memory differ. They
 * are `00 initial` and become `03 initial maximum` (WebAssembly threads proposal, "limits").
 */
export function withSharedMemory(code: Uint8Array): Uint8Array<ArrayBuffer> {
  let at = MAGIC_BYTES;
  while (code[at] !== IMPORT_SECTION) {
    const [size, next] = readNumber(code, at + 1);
    at = next + size;
    if (at >= code.length) throw new TypeError('The kernel imports nothing.');
  }
  const [size, start] = readNumber(code, at + 1);
  // One import: `env.memory`, which ends with its limits.
  const limits = start + size - 2;
  if (code[start] !== 1 || code[limits - 1] !== 2 || code[limits] !== 0) {
    throw new TypeError('The kernel imports something else than its memory.');
  }
  const maximum = writeNumber(LARGEST_PAGES);
  return Uint8Array.of(
    ...code.subarray(0, at + 1),
    ...writeNumber(size + maximum.length),
    ...code.subarray(start, limits),
    3,
    ...code.subarray(limits + 1, start + size),
    ...maximum,
    ...code.subarray(start + size),
  );
}

/** An unsigned number in LEB128, and where it ends. */
function readNumber(bytes: Uint8Array, at: number): readonly [number, number] {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++] ?? 0;
    value |= (byte & 127) << shift;
    if (byte < 128) return [value, at];
  }
}

function writeNumber(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 127; value >>>= 7) bytes.push((value & 127) | 128);
  return [...bytes, value];
}

/** Stands in for `WebAssembly.Memory`. */
class PlainMemory implements KernelMemory {
  buffer = new ArrayBuffer(PAGE_BYTES);

  grow(pages: number): number {
    const before = this.buffer.byteLength;
    const grown = new ArrayBuffer(before + pages * PAGE_BYTES);
    new Uint8Array(grown).set(new Uint8Array(this.buffer));
    this.buffer = grown;
    return before / PAGE_BYTES;
  }
}
