import { describe, expect, it } from 'vitest';
import { mrr, ndcgAtK, precisionAtK, recallAtK, reciprocalRank } from '../../../src/engine/metrics.ts';

const ranking = ['d1', 'd2', 'd3', 'd4', 'd5', 'd6'];

describe('retrieval metrics', () => {
  // Gains 3, 2, 3, 0, 1, 2 with the ideal order 3, 3, 2, 2, 1, 0: DCG and IDCG worked out by hand, gain / log2(rank + 1).
  const graded = new Map([
    ['d1', 3],
    ['d2', 2],
    ['d3', 3],
    ['d5', 1],
    ['d6', 2],
  ]);

  it('computes nDCG of graded judgements as by hand', () => {
    const dcg = 3 + 1.2618595 + 1.5 + 0 + 0.3868528 + 0.7124144;
    const ideal = 3 + 1.8927893 + 1 + 0.8613531 + 0.3868528;
    expect(ndcgAtK(ranking, graded, 6)).toBeCloseTo(dcg / ideal, 6);
    expect(ndcgAtK(ranking, graded, 6)).toBeCloseTo(0.960808, 5);
  });

  it('cuts both the ranking and the ideal at k', () => {
    expect(ndcgAtK(ranking, graded, 2)).toBeCloseTo((3 + 1.2618595) / (3 + 1.8927893), 6);
  });

  it('gives 1 to a perfect ranking, and 0 where nothing is relevant or found', () => {
    expect(ndcgAtK(['a', 'b'], new Map([['a', 1]]), 10)).toBe(1);
    expect(ndcgAtK(['a'], new Map(), 10)).toBe(0);
    expect(ndcgAtK(['a'], new Map([['b', 1]]), 10)).toBe(0);
    expect(ndcgAtK([], graded, 10)).toBe(0);
  });

  it('counts recall over all relevant documents and precision over k places', () => {
    const judgements = new Map([
      ['d2', 1],
      ['d5', 1],
      ['x', 1],
      ['y', 1],
      ['d1', 0],
    ]);
    expect(recallAtK(ranking, judgements, 3)).toBe(0.25);
    expect(recallAtK(ranking, judgements, 10)).toBe(0.5);
    expect(precisionAtK(ranking, judgements, 5)).toBe(0.4);
    expect(precisionAtK(ranking, judgements, 10)).toBe(0.2);
    expect(recallAtK(ranking, new Map(), 10)).toBe(0);
  });

  it('takes the mean of reciprocal ranks, with 0 for a miss', () => {
    const third = new Map([['d3', 1]]);
    const none = new Map([['z', 1]]);
    expect(reciprocalRank(ranking, third)).toBeCloseTo(1 / 3, 12);
    expect(
      mrr([
        { ranking, judgements: third },
        { ranking, judgements: new Map([['d1', 2]]) },
        { ranking, judgements: none },
      ]),
    ).toBeCloseTo((1 / 3 + 1 + 0) / 3, 12);
    expect(mrr([])).toBe(0);
  });
});
