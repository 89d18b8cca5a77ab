import type { TokenTable } from '../../domain/token-alignment.ts';
import { inversesOf, type AlignCore } from './align-core.ts';

/** What the kernel is held to, one number at a time. */
export function plainAlignCore({ rows, dimensions, packed, scales }: TokenTable): AlignCore {
  const rowBytes = dimensions / 2;
  const unpack = (row: number): Int8Array => {
    const values = new Int8Array(dimensions);
    for (let i = 0; i < rowBytes; i++) {
      const pair = packed[row * rowBytes + i]!;
      values[2 * i] = (pair << 28) >> 28;
      values[2 * i + 1] = (pair << 24) >> 28;
    }
    return values;
  };
  const dot = (left: Int8Array, right: Int8Array): number => {
    let sum = 0;
    for (let i = 0; i < dimensions; i++) sum += left[i]! * right[i]!;
    return sum;
  };
  const inverses = inversesOf(
    Int32Array.from({ length: rows }, (_, row) => {
      const values = unpack(row);
      return dot(values, values);
    }),
    scales,
  );
  return {
    rows,
    inverses,
    maxima(queryIds, ids, counts) {
      const queries = queryIds.map(unpack);
      const known = new Map<number, number[]>();
      const maxima = new Float32Array(counts.length * queries.length);
      let start = 0;
      counts.forEach((count, passage) => {
        for (const id of ids.subarray(start, (start += count))) {
          let products = known.get(id);
          if (products === undefined) {
            const row = unpack(id);
            products = queries.map((query) => Math.fround(dot(query, row) * inverses[id]!));
            known.set(id, products);
          }
          products.forEach((product, at) => {
            const place = passage * queries.length + at;
            maxima[place] = Math.max(maxima[place]!, product);
          });
        }
      });
      return maxima;
    },
  };
}
