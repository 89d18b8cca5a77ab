import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diversify } from '../../../../src/engine/ranking/diversify.ts';
import { fuseByReciprocalRank } from '../../../../src/engine/ranking/rrf.ts';
import { TopK } from '../../../../src/engine/ranking/top-k.ts';

const inOrder = (a: number, b: number): boolean => a < b;

describe('ranking', () => {
  it('keeps the same top k as sorting everything, whatever the order of offers', () => {
    const offers = fc.array(fc.record({ score: fc.integer({ min: 0, max: 9 }) }), { maxLength: 60 });
    fc.assert(
      fc.property(offers, fc.integer({ min: 0, max: 12 }), fc.boolean(), (scores, k, isReversed) => {
        const all = scores.map(({ score }, key) => ({ score, key }));
        const best = new TopK(k, inOrder);
        for (const { score, key } of isReversed ? all.toReversed() : all) best.offer(score, key);
        expect(best.drain()).toEqual(all.sort((a, b) => b.score - a.score || a.key - b.key).slice(0, k));
      }),
      { seed: 3 },
    );
  });

  it('fuses by reciprocal rank as by hand', () => {
    const list = (retriever: 'lexical' | 'dense', keys: number[]) => ({
      retriever,
      entries: keys.map((key) => ({ key, score: 0 })),
    });
    const fused = fuseByReciprocalRank([list('lexical', [1, 2, 3]), list('dense', [3, 1, 4])], inOrder);
    expect(fused.map(({ key }) => key)).toEqual([1, 3, 2, 4]);
    expect(fused[0]?.score).toBeCloseTo(1 / 61 + 1 / 62, 12);
    expect(fused[1]?.score).toBeCloseTo(1 / 63 + 1 / 61, 12);
    expect(fused[3]?.score).toBeCloseTo(1 / 63, 12);
    expect(fuseByReciprocalRank([], inOrder)).toEqual([]);
  });

  it('passes over a twin for something else of slightly less relevance, and only when asked', () => {
    const candidates = [
      { key: 1, score: 1 },
      { key: 2, score: 0.99 },
      { key: 3, score: 0.8 },
    ];
    const similarity = (a: number, b: number): number => (a + b === 3 ? 1 : 0.1);
    expect(diversify(candidates, 2, 0, similarity).map(({ key }) => key)).toEqual([1, 2]);
    expect(diversify(candidates, 2, 0.3, similarity).map(({ key }) => key)).toEqual([1, 3]);
    expect(diversify(candidates, 9, 0.3, similarity).map(({ key }) => key)).toEqual([1, 3, 2]);
    expect(diversify([], 3, 0.5, similarity)).toEqual([]);
  });
});
