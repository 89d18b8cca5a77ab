import { writeFileSync } from 'node:fs';
import { main } from 'assemblyscript/asc';

/**
 * AssemblyScript. Dot products of rows of signed bytes with a query of 16-bit integers, sixteen dimensions at a time;
 * rows that beat the threshold are written down as pairs of score and number. Returns how many did.
 */
const SOURCE = `
export function scan(query: usize, rows: usize, first: i32, end: i32, dimensions: i32, threshold: i32, found: usize): i32 {
  let count = 0;
  for (let row = first; row < end; row++) {
    const start = rows + <usize>row * <usize>dimensions;
    let even = i32x4.splat(0);
    let odd = i32x4.splat(0);
    for (let at = 0; at < dimensions; at += 16) {
      const bytes = v128.load(start + <usize>at);
      const from = query + (<usize>at << 1);
      even = i32x4.add(even, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(bytes), v128.load(from)));
      odd = i32x4.add(odd, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(bytes), v128.load(from, 16)));
    }
    const sums = i32x4.add(even, odd);
    const dot =
      i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1) + i32x4.extract_lane(sums, 2) + i32x4.extract_lane(sums, 3);
    if (dot <= threshold) continue;
    store<i32>(found + (<usize>count << 3), dot);
    store<i32>(found + (<usize>count << 3), row, 4);
    count++;
  }
  return count;
}
`;
const FLAGS = ['--enable', 'simd', '--importMemory', '--runtime', 'stub', '--noAssert', '-O3', '--converge'];

/** Compiles the yardstick's loop into a file. */
export async function compileInt8Scan(path: string): Promise<void> {
  const { error } = await main(['scan.ts', '--outFile', 'scan.wasm', ...FLAGS], {
    readFile: (name) => (name === 'scan.ts' ? SOURCE : null),
    writeFile: (name, contents) => {
      if (name === 'scan.wasm') writeFileSync(path, contents);
    },
    listFiles: () => [],
  });
  if (error !== null) throw error;
}
