import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planBatches } from '../../../../workers/embed/token-batches.ts';

describe('planBatches', () => {
  it('puts texts of like length together, longest first', () => {
    expect(planBatches([3, 10, 4, 9], 20)).toEqual([
      [1, 3],
      [2, 0],
    ]);
  });

  it('gives no batch for no texts', () => {
    expect(planBatches([], 100)).toEqual([]);
  });

  it('holds every text once and stays within the budget unless a text alone exceeds it', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(600)), fc.integer({ min: 1, max: 4096 }), (lengths, budget) => {
        const batches = planBatches(lengths, budget);
        expect(batches.flat().sort((a, b) => a - b)).toEqual(lengths.map((_, index) => index));
        for (const batch of batches) {
          const width = Math.max(1, ...batch.map((index) => lengths[index] ?? 0));
          expect(batch.length === 1 || batch.length * width <= budget).toBe(true);
        }
      }),
    );
  });
});
