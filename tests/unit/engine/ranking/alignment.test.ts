import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../../src/domain/errors.ts';
import type { TokenTable } from '../../../../src/domain/token-alignment.ts';
import { createPlainTokenAligner, createTokenAligner } from '../../../../src/engine/ranking/alignment.ts';

/** A table of the numbers given, each in −8 … 7. */
function tableOf(rows: readonly (readonly number[])[], scales = rows.map(() => 1)): TokenTable {
  const dimensions = rows[0]?.length ?? 0;
  const packed = new Uint8Array((rows.length * dimensions) / 2);
  rows.flat().forEach((value, at) => (packed[at >> 1]! |= (value & 15) << (4 * (at & 1))));
  return { rows: rows.length, dimensions, packed, scales: Float32Array.from(scales) };
}

function row(...values: readonly number[]): number[] {
  return Array.from({ length: 32 }, (_, at) => values[at] ?? 0);
}

function cosine(left: readonly number[], right: readonly number[]): number {
  const dot = left.reduce((sum, value, at) => sum + value * (right[at] ?? 0), 0);
  return dot / (Math.hypot(...left) * Math.hypot(...right) || 1);
}

const asked = (ids: readonly number[], weights: readonly number[]): { ids: Uint16Array; weights: Float32Array } => ({
  ids: Uint16Array.from(ids),
  weights: Float32Array.from(weights),
});

describe('alignment of a question with passages', () => {
  const rows = [row(7, 0), row(0, 5), row(3, 4), row(-7, 0), row()];

  for (const [kind, create] of [
    ['in vector instructions', createTokenAligner],
    ['in plain code', createPlainTokenAligner],
  ] as const) {
    it(`is the weighted mean of the best cosines, ${kind}`, () => {
      const aligner = create(tableOf(rows));
      const [both, one, none] = aligner.align(asked([0, 1], [3, 1]), [
        Uint16Array.of(0, 1),
        Uint16Array.of(2, 3),
        Uint16Array.of(3),
      ]);
      expect(both).toBeCloseTo(1, 6);
      expect(one).toBeCloseTo((3 * 0.6 + 0.8) / 4, 6);
      expect(none).toBe(0);
    });

    it(`leaves out tokens without a vector, and gives 0 where nothing is left, ${kind}`, () => {
      const aligner = create(tableOf(rows, [1, 1, 1, 0, 1]));
      const passages = [Uint16Array.of(0, 999), new Uint16Array(0)];
      expect(aligner.align(asked([0, 3, 4, 999], [1, 9, 9, 9]), passages)).toEqual([expect.closeTo(1, 6), 0]);
      expect(aligner.align(asked([3, 4, 999], [1, 1, 1]), passages)).toEqual([0, 0]);
      expect(aligner.align(asked([0, 1], [0, NaN]), passages)).toEqual([0, 0]);
      expect(aligner.align(asked([], []), [])).toEqual([]);
    });
  }

  it('comes out the same from the kernel, its twin and the formula', () => {
    const shape = fc
      .record({ tokens: fc.integer({ min: 1, max: 40 }), dimensions: fc.constantFrom(32, 64, 96, 512) })
      .chain(({ tokens, dimensions }) =>
        fc.record({
          rows: fc.array(fc.array(fc.integer({ min: -8, max: 7 }), { minLength: dimensions, maxLength: dimensions }), {
            minLength: tokens,
            maxLength: tokens,
          }),
          query: fc.uniqueArray(fc.integer({ min: 0, max: tokens - 1 }), { minLength: 1, maxLength: 13 }),
          passages: fc.array(fc.uniqueArray(fc.integer({ min: 0, max: tokens - 1 }), { maxLength: 30 }), {
            maxLength: 12,
          }),
        }),
      );
    fc.assert(
      fc.property(shape, ({ rows: table, query, passages }) => {
        const weights = query.map((_, at) => 1 + (at % 3));
        const lists = passages.map((passage) => Uint16Array.from(passage).sort());
        const fast = createTokenAligner(tableOf(table)).align(asked(query, weights), lists);
        expect(fast).toEqual(createPlainTokenAligner(tableOf(table)).align(asked(query, weights), lists));
        const known = query.map((id, at) => ({ id, weight: table[id]!.some((n) => n !== 0) ? weights[at]! : 0 }));
        const total = known.reduce((sum, { weight }) => sum + weight, 0);
        passages.forEach((passage, at) => {
          const sum = known.reduce((so, { id, weight }) => {
            return so + weight * Math.max(0, ...passage.map((token) => cosine(table[id]!, table[token]!)));
          }, 0);
          expect(fast[at]).toBeCloseTo(total === 0 ? 0 : sum / total, 5);
        });
      }),
      { numRuns: 60 },
    );
  });

  it('needs more memory for one search than for the next without mixing them up', () => {
    const table = Array.from({ length: 600 }, (_, at) => row((at % 15) - 7, ((at * 7) % 15) - 7, 1));
    const aligner = createTokenAligner(tableOf(table));
    const every = Uint16Array.from({ length: 600 }, (_, at) => at);
    const query = asked(
      [...every.subarray(0, 32)],
      Array.from({ length: 32 }, () => 1),
    );
    const few = aligner.align(query, [every.subarray(0, 3)]);
    const many = aligner.align(
      query,
      Array.from({ length: 300 }, () => every),
    );
    expect(many.every((value) => value > 0.99)).toBe(true);
    expect(aligner.align(query, [every.subarray(0, 3)])).toEqual(few);
  });

  it('refuses a table that does not add up', () => {
    const whole = tableOf(rows);
    for (const damaged of [
      { ...whole, rows: 6 },
      { ...whole, dimensions: 31 },
      { ...whole, packed: whole.packed.subarray(1) },
      { ...whole, scales: new Float32Array(4) },
    ]) {
      expect(() => createTokenAligner(damaged)).toThrow(InvalidInputError);
    }
  });
});
