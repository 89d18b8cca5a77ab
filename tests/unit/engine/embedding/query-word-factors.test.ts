import { describe, expect, it } from 'vitest';
import { queryWordFactors } from '../../../../src/engine/embedding/query-word-factors.ts';

describe('the factors of a question’s words', () => {
  it('are the shares of the mean frequency weight, to the power given', () => {
    const factors = queryWordFactors({ the: 1, lens: 7 }, 0.5);
    expect(factors['the']).toBeCloseTo(Math.sqrt(1 / 4), 10);
    expect(factors['lens']).toBeCloseTo(Math.sqrt(7 / 4), 10);
    expect(queryWordFactors({ the: 1, lens: 7 }, 0)).toEqual({ the: 1, lens: 1 });
  });

  it('leave out what is not a positive number, and are none where no word is known', () => {
    expect(Object.keys(queryWordFactors({ a: 0, b: NaN, c: Infinity, d: -1, e: 2 }, 0.5))).toEqual(['e']);
    expect(queryWordFactors({}, 0.5)).toEqual({});
  });
});
