import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VectorIndex } from '../../../../src/engine/vector/vector-index.ts';
import {
  isSimdSupported,
  openKernel,
  simdKernel,
  type KernelInMemory,
} from '../../../../src/engine/vector/wasm-kernel.ts';
import { RowQuantiser } from '../../../../src/engine/vector/quantised-rows.ts';
import { seededRows } from './made-rows.ts';

const SHAPES = fc.record({
  count: fc.integer({ min: 1, max: 700 }),
  dimensions: fc.integer({ min: 1, max: 40 }).map((eighths) => eighths * 8),
  seed: fc.nat(),
});

function sharedKernel(): KernelInMemory {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 4096, shared: true });
  return { kernel: simdKernel(memory), memory, kind: 'simd' };
}

describe('the kernels of vector search', () => {
  it('run with SIMD here', () => {
    expect(isSimdSupported()).toBe(true);
    expect(openKernel().kind).toBe('simd');
  });

  it('quantise to the same bits as their plain twin, whatever the size of the numbers', () => {
    const [simd, plain] = [new RowQuantiser('simd'), new RowQuantiser('plain')];
    fc.assert(
      fc.property(SHAPES, fc.constantFrom(1, 1e-42, 1e-30, 3e38), ({ count, dimensions, seed }, size) => {
        const rows = seededRows(Math.min(count, 60), dimensions, seed).map((value) => value * size);
        expect(simd.quantise(rows, dimensions)).toEqual(plain.quantise(rows, dimensions));
      }),
      { seed: 11, numRuns: 60 },
    );
  });

  it('find the same keys at the same scores as their plain twin, on random shapes, numbers of candidates and filters', () => {
    fc.assert(
      fc.property(
        SHAPES,
        fc.constantFrom('cosine' as const, 'dot' as const),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 200 }),
        fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
        ({ count, dimensions, seed }, metric, k, candidates, every) => {
          const rows = seededRows(count, dimensions, seed);
          const accept =
            every === undefined ? undefined : Uint8Array.from({ length: count }, (_, at) => +(at % every === 0));
          const query = seededRows(1, dimensions, seed + 1);
          const [simd, plain] = (['simd', 'plain'] as const).map((kernel) => {
            const index = new VectorIndex({ dimensions, metric, kernel });
            index.add(rows);
            return index.search(query, k, { candidates, accept });
          });
          expect(simd).toEqual(plain);
        },
      ),
      { seed: 12, numRuns: 80 },
    );
  });

  it('agree over several slabs, where lists overflow', () => {
    const dimensions = 256;
    const rows = seededRows(5000, dimensions, 5, 40);
    const query = rows.slice(77 * dimensions, 78 * dimensions).map((value, at) => value + Math.sin(at) / 20);
    const [simd, plain] = (['simd', 'plain'] as const).map((kernel) => {
      const index = new VectorIndex({ dimensions, kernel });
      index.add(rows);
      return index.search(query, 20, { candidates: 60 });
    });
    expect(simd).toEqual(plain);
    expect(simd?.keys).toContain(77);
  });

  it('agree where a sample sets the threshold, and choose the same rows to score', () => {
    const dimensions = 32;
    const rows = seededRows(36_000, dimensions, 6, 300);
    const indexes = (['simd', 'plain'] as const).map((kernel) => new VectorIndex({ dimensions, kernel }));
    for (const index of indexes) index.add(rows, new Uint16Array(18_000).fill(2));
    for (let seed = 0; seed < 4; seed++) {
      const query = seededRows(1, dimensions, 50 + seed);
      const [simd, plain] = indexes.map((index) => index.search(query, 10));
      expect(simd).toEqual(plain);
      const [few, plainFew] = indexes.map((index) => index.search(query, 10, { candidates: 100 }));
      expect(few).toEqual(plainFew);
    }
  });

  it('run over shared memory as well', () => {
    const rows = seededRows(300, 64, 3);
    const query = seededRows(1, 64, 4);
    const [own, shared] = [openKernel('simd'), sharedKernel()].map((kernel) => {
      const index = new VectorIndex({ dimensions: 64 }, kernel);
      index.add(rows);
      return index.search(query, 10);
    });
    expect(shared).toEqual(own);
  });
});
