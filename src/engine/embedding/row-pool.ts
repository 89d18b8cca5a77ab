import kernelBytes from '../kernels/embed.wasm.ts';

/** Rows of 4-bit numbers, two a byte, the lower half first, two's complement. */
export interface PackedRows {
  readonly rows: number;
  /** A multiple of 32. */
  readonly dimensions: number;
  readonly packed: Uint8Array;
}

export interface PoolShape {
  /** Most tokens of one text; at most 8,000, so that sums stay below 2³¹. */
  readonly maxTokens: number;
  /** Tokens that are summed first; windows begin and end at multiples of it. */
  readonly blockTokens: number;
  /** Blocks of a window; 0: no windows. */
  readonly windowBlocks: number;
  /** Blocks from the start of a window to that of the next: at least 1, at most those of a window. */
  readonly strideBlocks: number;
}

/**
 * Sums of table rows for one text at a time. The caller fills `ids` (each below the number of rows) and `weights`.
 * Weights are integers, which makes sums exact: whatever computes them gets the same.
 */
export interface RowPool {
  readonly ids: Int32Array;
  readonly weights: Int16Array;
  /**
   * The weighted sum of the first `count` rows, then, where there is more than one window, of every window; each of
   * length 1, or zeros. A view that the next call overwrites.
   */
  pool(count: number): Float32Array;
  /** The table as it was given (`PackedRows.packed`). */
  copyTable(): Uint8Array<ArrayBuffer>;
}

/** Vectors of a text of `count` tokens: one, or one and its windows. The last window ends with the text. */
export function pooledRowCount(count: number, { blockTokens, windowBlocks, strideBlocks }: PoolShape): number {
  const beyond = count - blockTokens * windowBlocks;
  if (windowBlocks === 0 || beyond <= 0) return 1;
  return Math.ceil(beyond / (blockTokens * strideBlocks)) + 2;
}

/** In vector instructions where the browser has them, else in plain code. */
export function createRowPool(table: PackedRows, shape: PoolShape): RowPool {
  const bytes = Uint8Array.from(atob(kernelBytes), (character) => character.charCodeAt(0));
  return WebAssembly.validate(bytes) ? createSimdPool(bytes, table, shape) : createPlainPool(table, shape);
}

interface EmbedKernel {
  sumRows(table: number, rowBytes: number, ids: number, weights: number, count: number, target: number): void;
  poolBlocks(blocks: number, blockCount: number, dimensions: number, target: number): void;
}

const PAGE_BYTES = 65536;

function createSimdPool(kernel: Uint8Array<ArrayBuffer>, table: PackedRows, shape: PoolShape): RowPool {
  const { dimensions, packed } = table;
  const { maxTokens, blockTokens } = shape;
  const maxBlocks = Math.ceil(maxTokens / blockTokens);
  let end = 0;
  const place = (bytes: number): number => {
    const at = end;
    end = Math.ceil((end + bytes) / 16) * 16;
    return at;
  };
  const tableAt = place(packed.length);
  // One spare: a sum takes two at a time.
  const idsAt = place((maxTokens + 1) * 4);
  const weightsAt = place((maxTokens + 1) * 2);
  const blockIdsAt = place((blockTokens + 1) * 4);
  const blockWeightsAt = place((blockTokens + 1) * 2);
  const blocksAt = place(maxBlocks * dimensions * 4);
  const rowsAt = place(pooledRowCount(maxTokens, shape) * dimensions * 4);
  const pages = Math.ceil(end / PAGE_BYTES);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const { buffer } = memory;
  const stored = new Uint8Array(buffer, tableAt, packed.length);
  // From two's complement to n + 8.
  for (let i = 0; i < packed.length; i++) stored[i] = packed[i]! ^ 0x88;
  const ids = new Int32Array(buffer, idsAt, maxTokens);
  const weights = new Int16Array(buffer, weightsAt, maxTokens);
  const blockIds = new Int32Array(buffer, blockIdsAt, blockTokens);
  const blockWeights = new Int16Array(buffer, blockWeightsAt, blockTokens);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(kernel), { env: { memory } });
  if (!isEmbedKernel(exports)) throw new Error('The embed kernel lacks a function.');
  const blockBytes = dimensions * 4;
  return {
    ids,
    weights,
    pool(count) {
      const blockCount = Math.ceil(count / blockTokens);
      for (let block = 0; block < blockCount; block++) {
        const start = block * blockTokens;
        const size = Math.min(blockTokens, count - start);
        // Copied because the kernel writes one place past an odd number of them.
        blockIds.set(ids.subarray(start, start + size));
        blockWeights.set(weights.subarray(start, start + size));
        const target = blocksAt + block * blockBytes;
        exports.sumRows(tableAt, dimensions / 2, blockIdsAt, blockWeightsAt, size, target);
      }
      const rowCount = pooledRowCount(count, shape);
      if (blockCount === 0) new Float32Array(buffer, rowsAt, dimensions).fill(0);
      else exports.poolBlocks(blocksAt, blockCount, dimensions, rowsAt);
      for (let row = 1; row < rowCount; row++) {
        const first = (row - 1) * shape.strideBlocks;
        const size = Math.min(shape.windowBlocks, blockCount - first);
        exports.poolBlocks(blocksAt + first * blockBytes, size, dimensions, rowsAt + row * blockBytes);
      }
      return new Float32Array(buffer, rowsAt, rowCount * dimensions);
    },
    copyTable() {
      const copy = stored.slice();
      for (let i = 0; i < copy.length; i++) copy[i]! ^= 0x88;
      return copy;
    },
  };
}

function isEmbedKernel(exports: object): exports is EmbedKernel {
  return 'sumRows' in exports && 'poolBlocks' in exports;
}

/** The same in plain code: what the kernel is held to, and what serves where it cannot run. */
export function createPlainPool({ dimensions, packed }: PackedRows, shape: PoolShape): RowPool {
  const { maxTokens, blockTokens, windowBlocks, strideBlocks } = shape;
  const ids = new Int32Array(maxTokens);
  const weights = new Int16Array(maxTokens);
  const rowBytes = dimensions / 2;
  const addRow = (sum: Int32Array, id: number, weight: number): void => {
    const at = id * rowBytes;
    for (let i = 0; i < rowBytes; i++) {
      const pair = packed[at + i]!;
      sum[2 * i]! += weight * ((pair << 28) >> 28);
      sum[2 * i + 1]! += weight * ((pair << 24) >> 28);
    }
  };
  return {
    ids,
    weights,
    pool(count) {
      const blocks: Int32Array[] = [];
      for (let start = 0; start < count; start += blockTokens) {
        const sum = new Int32Array(dimensions);
        const end = Math.min(count, start + blockTokens);
        for (let i = start; i < end; i++) addRow(sum, ids[i]!, weights[i]!);
        blocks.push(sum);
      }
      const rowCount = pooledRowCount(count, shape);
      const rows = new Float32Array(rowCount * dimensions);
      putNormalised(blocks, rows.subarray(0, dimensions));
      for (let row = 1; row < rowCount; row++) {
        const first = (row - 1) * strideBlocks;
        const window = blocks.slice(first, first + windowBlocks);
        putNormalised(window, rows.subarray(row * dimensions, (row + 1) * dimensions));
      }
      return rows;
    },
    copyTable: () => new Uint8Array(packed),
  };
}

function putNormalised(blocks: readonly Int32Array[], target: Float32Array): void {
  for (const block of blocks) for (let i = 0; i < target.length; i++) target[i]! += block[i]!;
  let square = 0;
  for (const value of target) square += value * value;
  if (square === 0) return;
  const scale = 1 / Math.sqrt(square);
  for (let i = 0; i < target.length; i++) target[i]! *= scale;
}
