import type { TokenTable } from '../../domain/token-alignment.ts';
import { inversesOf, type AlignCore } from './align-core.ts';

interface AlignKernel {
  unpackRow(row: number, rowBytes: number, target: number): number;
  sumSquares(table: number, rowBytes: number, count: number, target: number): void;
  align(
    table: number,
    rowBytes: number,
    inverses: number,
    queries: number,
    biases: number,
    queryCount: number,
    ids: number,
    counts: number,
    passageCount: number,
    slots: number,
    similarities: number,
    maxima: number,
  ): void;
}

const PAGE_BYTES = 65_536;

/** In the vector instructions of src/engine/kernels/assembly/align.ts, over memory of its own that holds the table. */
export function simdAlignCore(
  kernel: Uint8Array<ArrayBuffer>,
  { rows, dimensions, packed, scales }: TokenTable,
): AlignCore {
  const rowBytes = dimensions / 2;
  let end = 0;
  const place = (bytes: number): number => {
    const at = end;
    end = Math.ceil((end + bytes) / 16) * 16;
    return at;
  };
  const tableAt = place(packed.length);
  const inversesAt = place(rows * 4);
  const slotsAt = place(rows * 4);
  const fixedEnd = end;
  const memory = new WebAssembly.Memory({ initial: Math.ceil(end / PAGE_BYTES) });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(kernel), { env: { memory } });
  if (!isAlignKernel(exports)) throw new Error('The align kernel lacks a function.');
  new Uint8Array(memory.buffer, tableAt, packed.length).set(packed);
  // From two's complement to n + 8, eight numbers at a time.
  const stored = new Uint32Array(memory.buffer, tableAt, packed.length / 4);
  for (let i = 0; i < stored.length; i++) stored[i]! ^= 0x88888888;
  exports.sumSquares(tableAt, rowBytes, rows, inversesAt);
  const inverses = inversesOf(new Int32Array(memory.buffer, inversesAt, rows), scales);
  new Float32Array(memory.buffer, inversesAt, rows).set(inverses);
  return {
    rows,
    inverses,
    maxima(queryIds, ids, counts) {
      const queryCount = Math.ceil(queryIds.length / 4) * 4;
      end = fixedEnd;
      const queriesAt = place(queryCount * dimensions * 2);
      const biasesAt = place(queryCount * 4);
      const idsAt = place(ids.length * 2);
      const countsAt = place(counts.length * 4);
      const maximaAt = place(counts.length * queryCount * 4);
      const similaritiesAt = place(Math.min(ids.length, rows) * queryCount * 4);
      const missing = Math.ceil((end - memory.buffer.byteLength) / PAGE_BYTES);
      if (missing > 0) memory.grow(missing);
      const { buffer } = memory;
      // What fills up the last four is compared too, and not looked at.
      new Uint8Array(buffer, queriesAt, queryCount * dimensions * 2).fill(0);
      const biases = new Int32Array(buffer, biasesAt, queryCount).fill(0);
      queryIds.forEach((id, at) => {
        biases[at] = 8 * exports.unpackRow(tableAt + id * rowBytes, rowBytes, queriesAt + at * dimensions * 2);
      });
      new Uint16Array(buffer, idsAt, ids.length).set(ids);
      new Uint32Array(buffer, countsAt, counts.length).set(counts);
      new Int32Array(buffer, slotsAt, rows).fill(-1);
      exports.align(
        tableAt,
        rowBytes,
        inversesAt,
        queriesAt,
        biasesAt,
        queryCount,
        idsAt,
        countsAt,
        counts.length,
        slotsAt,
        similaritiesAt,
        maximaAt,
      );
      const padded = new Float32Array(buffer, maximaAt, counts.length * queryCount);
      if (queryCount === queryIds.length) return padded;
      return Float32Array.from({ length: counts.length * queryIds.length }, (_, at) => {
        const passage = Math.floor(at / queryIds.length);
        return padded[passage * queryCount + (at % queryIds.length)]!;
      });
    },
  };
}

function isAlignKernel(exports: object): exports is AlignKernel {
  return 'unpackRow' in exports && 'sumSquares' in exports && 'align' in exports;
}
