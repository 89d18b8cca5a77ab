import { afterAll, describe, expect, it } from 'vitest';
import { KernelThreads } from '../../../scripts/train-model/kernel-threads.ts';
import { Random } from '../../../scripts/train-model/random.ts';

const threads = new KernelThreads(1, 4 << 20);
afterAll(() => threads.close());
const { buffer } = threads.memory;
const MEGABYTE = 1 << 20;

function floats(at: number, count: number, seed?: number): Float32Array {
  const view = new Float32Array(buffer, at, count);
  if (seed !== undefined) {
    const random = new Random(seed);
    for (let i = 0; i < count; i++) view[i] = random.normal();
  }
  return view;
}

describe('the training kernels', () => {
  it.each([
    [8, 16, 32],
    [12, 8, 300],
    [140, 24, 520],
  ])('multiply %i × %i matrices of depth %i, plain and transposed', (rows, columns, depth) => {
    const right = floats(MEGABYTE, depth * columns, 2);
    for (const isTransposed of [false, true]) {
      const left = floats(0, rows * depth, 1);
      const result = floats(2 * MEGABYTE, rows * columns);
      const [rowStep, columnStep] = isTransposed ? [1, rows] : [depth, 1];
      const pack = 3 * MEGABYTE;
      expect(threads.call('packBytes', columns)).toBeLessThan(MEGABYTE);
      threads.call('multiply', 0, rowStep, columnStep, MEGABYTE, 2 * MEGABYTE, 0, rows, columns, depth, pack);
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) {
          let sum = 0;
          for (let k = 0; k < depth; k++) sum += left[i * rowStep + k * columnStep]! * right[k * columns + j]!;
          expect(Math.abs(result[i * columns + j]! - sum)).toBeLessThan(1e-4 * Math.sqrt(depth));
        }
      }
    }
  });

  it('have the gradient of the loss right, as differences show', () => {
    const [size, dimensions, vocabulary, sharpness] = [16, 32, 40, 5];
    const at = { table: 0, ids: 65536, factors: 66048, offsets: 66560, vectors: 131072, lengths: 196608 };
    const other = { ids: 66816, offsets: 67328, vectors: 139264, lengths: 197120 };
    const more = {
      transposed: 147456,
      scores: 155648,
      keys: 197632,
      pairs: 198144,
      rowSums: 198656,
      columnSums: 199168,
    };
    const gradients = { queries: 200704, texts: 208896, table: 217088, products: 300032 };
    const table = floats(at.table, vocabulary * dimensions, 4);
    floats(at.factors, 2 * size).fill(0.5);
    const random = new Random(9);
    for (const side of [at, other]) {
      const ids = new Int32Array(buffer, side.ids, 2 * size);
      for (let i = 0; i < ids.length; i++) ids[i] = random.integer(vocabulary);
      const offsets = new Int32Array(buffer, side.offsets, size + 1);
      for (let i = 0; i <= size; i++) offsets[i] = 2 * i;
    }
    const keys = new Int32Array(buffer, more.keys, size);
    // The first two texts are the same.
    for (let i = 0; i < size; i++) keys[i] = Math.max(1, i);
    const forward = (): number => {
      for (const side of [at, other]) {
        const { ids, offsets, vectors, lengths } = side;
        threads.call('poolTexts', 0, dimensions, ids, at.factors, offsets, 0, size, vectors, lengths);
      }
      threads.call('transpose', other.vectors, size, dimensions, more.transposed, 0, size);
      threads.call(
        'multiply',
        at.vectors,
        dimensions,
        1,
        more.transposed,
        more.scores,
        0,
        size,
        size,
        dimensions,
        MEGABYTE,
      );
      const { scores, pairs, rowSums, columnSums } = more;
      threads.call('exponentiateRows', scores, size, more.keys, 0, size, sharpness, pairs, rowSums);
      threads.call('sumColumns', scores, size, 0, size, columnSums);
      let sum = 0;
      for (let i = 0; i < size; i++) {
        sum +=
          Math.log(floats(rowSums, size)[i]!) + Math.log(floats(columnSums, size)[i]!) - 2 * floats(pairs, size)[i]!;
      }
      return sum / size;
    };
    forward();
    expect(floats(more.scores, 2)[1]).toBe(0);
    const { scores, rowSums, columnSums } = more;
    threads.call('gradientRows', scores, size, 0, size, rowSums, columnSums, sharpness);
    threads.call('multiply', scores, size, 1, other.vectors, gradients.queries, 0, size, dimensions, size, MEGABYTE);
    threads.call('multiply', scores, 1, size, at.vectors, gradients.texts, 0, size, dimensions, size, MEGABYTE);
    const found = floats(gradients.table, vocabulary * dimensions).fill(0);
    for (const [side, gradient] of [
      [at, gradients.queries],
      [other, gradients.texts],
    ] as const) {
      threads.call('throughLength', gradient, side.vectors, side.lengths, dimensions, 0, size);
      threads.call('tokenProducts', 0, dimensions, side.ids, side.offsets, gradient, 0, size, gradients.products);
      threads.call('scatter', gradients.table, dimensions, side.ids, at.factors, side.offsets, gradient, size, 0, 32);
    }
    const gradient = found.slice();
    for (let i = 0; i < table.length; i += 17) {
      const kept = table[i]!;
      table[i] = kept + 1e-2;
      const above = forward();
      table[i] = kept - 1e-2;
      const below = forward();
      table[i] = kept;
      expect(Math.abs((above - below) / 2e-2 - gradient[i]!)).toBeLessThan(2e-3);
    }
    // A factor's gradient is the product of row and gradient; summed up over a text it is 0, for length does not count.
    const products = floats(gradients.products, 2 * size);
    for (let text = 0; text < size; text++) expect(products[2 * text]! + products[2 * text + 1]!).toBeCloseTo(0, 4);
    expect(Math.max(...products.map(Math.abs))).toBeGreaterThan(1e-3);
  });

  it('take the step of Adam and clear the gradient', () => {
    const count = 32;
    const values = floats(0, count, 5).slice();
    const given = floats(4096, count, 6).slice();
    floats(8192, count).fill(0.1);
    floats(12288, count).fill(0.2);
    threads.call('adam', 0, 4096, 8192, 12288, 4, count, 0.01, 0.9, 0.99, 0.5, 0.25);
    for (let i = 0; i < count; i++) {
      const mean = 0.9 * 0.1 + 0.1 * given[i]!;
      const square = 0.99 * 0.2 + 0.01 * given[i]! ** 2;
      const moved = values[i]! - (0.01 * mean) / 0.5 / (Math.sqrt(square / 0.25) + 1e-8);
      expect(floats(0, count)[i]).toBeCloseTo(i < 4 ? values[i]! : moved, 5);
      expect(floats(4096, count)[i]).toBe(i < 4 ? given[i] : 0);
    }
  });
});
