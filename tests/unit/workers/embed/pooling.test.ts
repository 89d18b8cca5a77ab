import { describe, expect, it } from 'vitest';
import { poolInto } from '../../../../workers/embed/pooling.ts';

const SHAPE = { width: 3, dimensions: 2 };
/** Two texts of three token vectors each; the second has one real token, the rest is padding. */
const STATES = Float32Array.of(3, 0, 0, 4, 9, 4, 0, -2, 50, 50, 50, 50);

describe('poolInto', () => {
  it('takes the mean of the real tokens, at length 1, into the rows given', () => {
    const out = new Float32Array(4);
    expect(poolInto(out, [1, 0], STATES, SHAPE, [3, 1], 'mean')).toBe(true);
    // Text 0: the sum (12, 8) has length √208. Text 1: its only token, (0, -2).
    expect(out[2]).toBeCloseTo(12 / Math.sqrt(208), 6);
    expect(out[3]).toBeCloseTo(8 / Math.sqrt(208), 6);
    expect([...out.subarray(0, 2)]).toEqual([0, -1]);
  });

  it('takes the first token when pooling by cls', () => {
    const out = new Float32Array(4);
    poolInto(out, [0, 1], STATES, SHAPE, [3, 1], 'cls');
    expect([...out]).toEqual([1, 0, 0, -1]);
  });

  it('leaves a vector of zeros as it is', () => {
    const out = new Float32Array(2).fill(7);
    expect(poolInto(out, [0], new Float32Array(6), SHAPE, [3], 'mean')).toBe(true);
    expect([...out]).toEqual([0, 0]);
  });

  it('says so when a value is not a number', () => {
    const states = Float32Array.of(1, NaN, 0, 0, 0, 0);
    expect(poolInto(new Float32Array(2), [0], states, SHAPE, [3], 'mean')).toBe(false);
  });
});
