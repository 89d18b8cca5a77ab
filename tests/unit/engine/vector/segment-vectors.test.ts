import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../../src/domain/errors.ts';
import { RowQuantiser } from '../../../../src/engine/vector/quantised-rows.ts';
import {
  buildSegmentVectors,
  decodeExactRows,
  decodeVectorCodes,
  dequantise,
  encodeExactRows,
  encodeVectorCodes,
} from '../../../../src/engine/vector/segment-vectors.ts';
import { plainScores, seededRows } from './made-rows.ts';

const quantiser = new RowQuantiser();

function built(count: number, dimensions: number, rowCounts = new Uint16Array(count).fill(1)) {
  const { codes, exact } = buildSegmentVectors(
    { vectors: seededRows(count, dimensions, 3), rowCounts },
    dimensions,
    quantiser,
  );
  return { codes: encodeVectorCodes(codes), exact: encodeExactRows(exact) };
}

describe('vectors of a segment', () => {
  it('keep the direction of each row to within a thousandth, at length 1, for any number of dimensions', () => {
    for (const dimensions of [3, 8, 37, 384, 512]) {
      const bytes = built(20, dimensions);
      const codes = decodeVectorCodes(bytes.codes);
      const exact = decodeExactRows(bytes.exact, codes);
      const rows = seededRows(20, dimensions, 3);
      const [codeSize, size] = [codes.codes.length / 20, exact.bytes.length / 20];
      for (let at = 0; at < 20; at++) {
        const row = new Float32Array(dimensions);
        const code = codes.codes.subarray(at * codeSize, (at + 1) * codeSize);
        dequantise(code, exact.bytes.subarray(at * size, (at + 1) * size), exact.scales[at]!, row);
        expect(Math.abs(Math.hypot(...row) - 1)).toBeLessThan(0.01);
        expect(plainScores(rows, row)[at]).toBeGreaterThan(0.9999);
      }
    }
  });

  it('keep the tokens of each chunk, and none where there are none', () => {
    const rowCounts = Uint16Array.of(1, 0, 2);
    const tokens = { ids: Uint16Array.of(3, 9, 65_535, 0), counts: Uint16Array.of(3, 0, 1) };
    const { codes, exact } = buildSegmentVectors({ vectors: seededRows(3, 16, 3), rowCounts, tokens }, 16, quantiser);
    const read = decodeExactRows(encodeExactRows(exact), codes);
    expect(read.tokens).toEqual(tokens);
    // A copy: the rest of the bytes can go.
    expect(read.tokens?.ids.buffer.byteLength).toBe(8);
    const bytes = built(3, 16);
    expect(decodeExactRows(bytes.exact, decodeVectorCodes(bytes.codes)).tokens).toBeUndefined();
  });

  it('refuse tokens that are not those of the chunks', () => {
    const rowCounts = Uint16Array.of(1, 1);
    const { codes, exact } = buildSegmentVectors({ vectors: seededRows(2, 16, 3), rowCounts }, 16, quantiser);
    for (const tokens of [
      { ids: Uint16Array.of(1, 2), counts: Uint16Array.of(2) },
      { ids: Uint16Array.of(1, 2), counts: Uint16Array.of(1, 2) },
      { ids: Uint16Array.of(1, 2, 3), counts: Uint16Array.of(1, 1) },
      { ids: Uint16Array.of(2, 1), counts: Uint16Array.of(2, 0) },
      { ids: Uint16Array.of(1, 1), counts: Uint16Array.of(0, 2) },
      { ids: new Uint16Array(0), counts: Uint16Array.of(0, 0, 0) },
    ]) {
      const passages = { vectors: seededRows(2, 16, 3), rowCounts, tokens };
      expect(() => buildSegmentVectors(passages, 16, quantiser)).toThrow(InvalidInputError);
      expect(() => decodeExactRows(encodeExactRows({ ...exact, tokens }), codes)).toThrow(InvalidInputError);
    }
  });

  it('know how many rows each chunk has', () => {
    const bytes = built(6, 16, Uint16Array.of(3, 0, 1, 2));
    expect(decodeVectorCodes(bytes.codes)).toMatchObject({
      chunkCount: 4,
      rowCount: 6,
      rowCounts: Uint16Array.of(3, 0, 1, 2),
    });
    expect(decodeVectorCodes(built(6, 16).codes).rowCounts).toBeUndefined();
  });

  it('refuse rows that do not fit their chunks or their dimensions, and values that are no numbers', () => {
    const build = (values: number[], counts: number[], dimensions: number) => () =>
      buildSegmentVectors(
        { vectors: Float32Array.from(values), rowCounts: Uint16Array.from(counts) },
        dimensions,
        quantiser,
      );
    expect(build([1, 2, 3], [1], 2)).toThrow(InvalidInputError);
    expect(build([1, 2], [2], 2)).toThrow(InvalidInputError);
    expect(build([1, 2], [1], 0)).toThrow(InvalidInputError);
    expect(build([1, Number.NaN], [1], 2)).toThrow(InvalidInputError);
    expect(build([1, -Infinity], [1], 2)).toThrow(InvalidInputError);
  });

  it('refuse bytes that differ in one bit, are cut short, or belong to other codes', () => {
    const bytes = built(3, 24);
    const codes = decodeVectorCodes(bytes.codes);
    for (const [name, decode] of [
      ['codes', (changed: Uint8Array) => decodeVectorCodes(changed)],
      ['exact', (changed: Uint8Array) => decodeExactRows(changed, codes)],
    ] as const) {
      const original = bytes[name];
      for (let bit = 0; bit < original.length * 8; bit++) {
        const damaged = original.slice();
        damaged[bit >> 3]! ^= 1 << (bit & 7);
        expect(() => decode(damaged)).toThrow(InvalidInputError);
      }
      for (let length = 0; length < original.length; length++) {
        expect(() => decode(original.slice(0, length))).toThrow(InvalidInputError);
      }
    }
    expect(() => decodeExactRows(built(4, 24).exact, codes)).toThrow(InvalidInputError);
    expect(() => decodeExactRows(built(3, 16).exact, codes)).toThrow(InvalidInputError);
    expect(() => decodeVectorCodes(bytes.exact)).toThrow(InvalidInputError);
  });
});
