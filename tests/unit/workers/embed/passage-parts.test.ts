import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitEvenly, wholeFromParts } from '../../../../workers/embed/passage-parts.ts';

describe('splitEvenly', () => {
  it('leaves what fits in one piece, even when there is nothing', () => {
    expect(splitEvenly([1, 2, 3], 3)).toEqual([[1, 2, 3]]);
    expect(splitEvenly([], 3)).toEqual([[]]);
  });

  it('cuts into as few parts as it takes, alike in length, that hold every token once', () => {
    fc.assert(
      fc.property(fc.nat(2000), fc.integer({ min: 32, max: 600 }), (count, room) => {
        const ids = Array.from({ length: count }, (_, id) => id);
        const parts = splitEvenly(ids, room);
        expect(parts.flat()).toEqual(ids);
        expect(parts).toHaveLength(Math.max(1, Math.ceil(count / room)));
        const lengths = parts.map(({ length }) => length);
        expect(Math.max(...lengths)).toBeLessThanOrEqual(room);
        expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('reads a bounded number of parts of a text without end', () => {
    const parts = splitEvenly(
      Array.from({ length: 100_000 }, () => 1),
      100,
    );
    expect(parts).toHaveLength(64);
    expect(parts.every(({ length }) => length === 100)).toBe(true);
  });
});

describe('wholeFromParts', () => {
  it('puts the mean of several parts before them, at length 1, and leaves single ones alone', () => {
    const { vectors, rowCounts } = wholeFromParts(Float32Array.of(0, 1, 1, 0, 0, 1, 1, 0), [1, 2, 1], 2);
    expect([...rowCounts]).toEqual([1, 3, 1]);
    const half = Math.fround(Math.SQRT1_2);
    const expected = [0, 1, half, half, 1, 0, 0, 1, 1, 0];
    expect(vectors).toHaveLength(expected.length);
    vectors.forEach((value, i) => expect(value).toBeCloseTo(expected[i] ?? NaN, 6));
  });

  it('leaves zeros where nothing is known', () => {
    expect([...wholeFromParts(new Float32Array(4), [2], 2).vectors]).toEqual([0, 0, 0, 0, 0, 0]);
  });
});
