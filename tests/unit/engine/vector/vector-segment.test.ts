import { oneRowEach } from '../../../../src/domain/passage-vectors.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../../src/domain/errors.ts';
import { TopK } from '../../../../src/engine/ranking/top-k.ts';
import { scanVectors } from '../../../../src/engine/vector/flat-scan.ts';
import { quantise } from '../../../../src/engine/vector/quantise.ts';
import {
  buildVectorSegment,
  decodeVectorSegment,
  dequantiseRow,
  encodeVectorSegment,
} from '../../../../src/engine/vector/vector-segment.ts';

function randomRows(count: number, dimensions: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length: count * dimensions }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

describe('vector segments', () => {
  it('keep the direction of each row to within a hundredth, at length 1', () => {
    const dimensions = 37;
    const rows = randomRows(50, dimensions, 3);
    const segment = decodeVectorSegment(
      encodeVectorSegment(buildVectorSegment(oneRowEach(rows, dimensions), dimensions)),
    );
    const row = new Float32Array(dimensions);
    for (let at = 0; at < 50; at++) {
      dequantiseRow(segment, at, row, 0);
      const original = rows.subarray(at * dimensions, (at + 1) * dimensions);
      expect(Math.hypot(...row)).toBeCloseTo(1, 5);
      const cosine = row.reduce((sum, value, i) => sum + value * (original[i] ?? 0), 0) / Math.hypot(...original);
      expect(cosine).toBeGreaterThan(0.9999);
    }
  });

  it('never find a chunk without a vector, or one of zeros', () => {
    const segment = buildVectorSegment(
      { vectors: Float32Array.from([0, 0, 1, 0, -1, 0]), rowCounts: Uint16Array.of(1, 1, 0, 1) },
      2,
    );
    expect(segment.vectorCount).toBe(3);
    const best = new TopK(10, (a, b) => a < b);
    scanVectors(
      [{ segment, firstKey: 100, acceptMask: undefined }],
      { codes: Int8Array.from([127, 0]), scale: 1 / 127 },
      best,
    );
    expect(best.drain().map(({ key }) => key)).toEqual([101, 103]);
  });

  it('refuse NaN, infinity and a wrong number of values', () => {
    for (const bad of [Number.NaN, Infinity, -Infinity]) {
      expect(() => buildVectorSegment(oneRowEach(Float32Array.from([1, bad]), 2), 2)).toThrow(InvalidInputError);
    }
    expect(() => buildVectorSegment({ vectors: new Float32Array(5), rowCounts: Uint16Array.of(1, 1) }, 2)).toThrow(
      InvalidInputError,
    );
    expect(() => buildVectorSegment({ vectors: new Float32Array(4), rowCounts: Uint16Array.of(1) }, 0)).toThrow(
      InvalidInputError,
    );
  });

  it('refuse bytes that differ in one bit', () => {
    const bytes = encodeVectorSegment(buildVectorSegment(oneRowEach(randomRows(3, 5, 9), 5), 5));
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const damaged = bytes.slice();
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => decodeVectorSegment(damaged)).toThrow(InvalidInputError);
    }
  });

  it('are scanned to the same ranking as a plain loop over their floats, masks included', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        fc.nat(),
        (count, dimensions, seed) => {
          const segment = buildVectorSegment(
            oneRowEach(randomRows(count, dimensions, seed + 1), dimensions),
            dimensions,
          );
          const mask = Uint8Array.from({ length: count }, (_, at) => (at % 3 === 0 ? 0 : 1));
          const query = randomRows(1, dimensions, seed + 77);
          const codes = new Int8Array(dimensions);
          const scale = quantise(query, codes);
          const best = new TopK(5, (a, b) => a < b);
          scanVectors([{ segment, firstKey: 0, acceptMask: mask }], { codes, scale }, best);
          const row = new Float32Array(dimensions);
          const plain = Array.from({ length: count }, (_, key) => {
            dequantiseRow(segment, key, row, 0);
            return { key, score: row.reduce((sum, value, i) => sum + value * (codes[i] ?? 0) * scale, 0) };
          });
          const expected = plain
            .filter(({ key }) => mask[key] === 1)
            .sort((a, b) => b.score - a.score)
            .slice(0, 5);
          const found = best.drain();
          expect(found.length).toBe(expected.length);
          found.forEach(({ score }, at) => expect(score).toBeCloseTo(expected[at]?.score ?? Number.NaN, 5));
        },
      ),
      { seed: 5, numRuns: 100 },
    );
  });
});
