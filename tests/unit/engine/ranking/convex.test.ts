import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuseByConvexSum, weighMeaning, type Candidate } from '../../../../src/engine/ranking/convex.ts';
import { foldDuplicates } from '../../../../src/engine/ranking/fold-duplicates.ts';
import { fusionFeatures, type FusionSituation } from '../../../../src/engine/ranking/fusion-features.ts';

const inOrder = (a: number, b: number): boolean => a < b;

const SITUATION: FusionSituation = {
  terms: [
    { term: 'lamp', idf: 4 },
    { term: 'oil', idf: 1 },
    { term: 'ora-00942', idf: 6 },
    { term: 'zeppelin', idf: 0 },
  ],
  chunkCount: 1000,
  meanLength: 60,
  lexical: [
    { key: 1, score: 11 },
    { key: 2, score: 5 },
  ],
  dense: [
    { key: 1, score: 0.6 },
    { key: 3, score: 0.3 },
  ],
  meaningStrength: 0.9,
  unrelatedCosine: 0,
};

describe('the features of a question', () => {
  it('are those of its terms and its two lists', () => {
    const features = fusionFeatures(SITUATION);
    expect(features.unknownShare).toBeCloseTo(0.25, 12);
    expect(features.identifierShare).toBeCloseTo(0.25, 12);
    expect(features.commonShare).toBeCloseTo(1 / 3, 12);
    expect(features.nearness).toBeCloseTo(0.6, 12);
    expect(features.clarity).toBeCloseTo(0.5, 12);
    expect(features.coverage).toBeCloseTo(0.5, 12);
    expect(features.agreement).toBeCloseTo(0.5, 12);
  });

  it('do not depend on the scale of a model whose unrelated texts are close', () => {
    const shifted = {
      ...SITUATION,
      unrelatedCosine: 0.7,
      dense: SITUATION.dense.map((entry) => ({ ...entry, score: 0.7 + 0.3 * entry.score })),
    };
    expect(fusionFeatures(shifted).nearness).toBeCloseTo(0.6, 12);
    expect(fusionFeatures(shifted).clarity).toBeCloseTo(0.5, 12);
  });

  it('are numbers between 0 and 1 for any lists, empty ones too', () => {
    const entries = fc.array(fc.record({ key: fc.nat(20), score: fc.double({ min: -1, max: 40, noNaN: true }) }), {
      maxLength: 12,
    });
    const terms = fc.array(fc.record({ term: fc.string(), idf: fc.double({ min: 0, max: 14, noNaN: true }) }), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(entries, entries, terms, fc.nat(3), (lexical, dense, someTerms, chunkCount) => {
        const features = fusionFeatures({ ...SITUATION, lexical, dense, terms: someTerms, chunkCount });
        for (const value of Object.values(features)) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(1);
        }
        const { meaningWeight } = weighMeaning(features);
        expect(meaningWeight).toBeGreaterThan(0);
        expect(meaningWeight).toBeLessThan(1);
      }),
      { seed: 11 },
    );
  });
});

describe('the weight of meaning', () => {
  const weight = (change: Partial<FusionSituation>): number =>
    weighMeaning(fusionFeatures({ ...SITUATION, ...change })).meaningWeight;

  it('grows with the strength of the model', () => {
    expect(weight({ meaningStrength: 1.1 })).toBeGreaterThan(weight({ meaningStrength: 0.9 }));
    expect(weight({ meaningStrength: 0.9 })).toBeGreaterThan(weight({ meaningStrength: 0.5 }));
  });

  it('falls for codes', () => {
    const plain = { terms: [{ term: 'lamp', idf: 4 }] };
    expect(weight({ terms: [{ term: 'ora-00942', idf: 4 }] })).toBeLessThan(weight(plain));
  });

  it('names what moved it, strongest first', () => {
    const { reasons } = weighMeaning(fusionFeatures({ ...SITUATION, meaningStrength: 0.1 }));
    expect(reasons[0]?.feature).toBe('modelStrength');
    const sizes = reasons.map(({ effect }) => Math.abs(effect));
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
  });
});

describe('the convex sum', () => {
  it('adds the two scores, each over the best', () => {
    const candidates: Candidate[] = [
      { key: 1, lexicalScore: 8, denseScore: 0.2 },
      { key: 2, lexicalScore: 0, denseScore: 0.8 },
      { key: 3, lexicalScore: 4, denseScore: -0.3 },
    ];
    const fused = fuseByConvexSum(candidates, { meaningWeight: 0.25, unrelatedCosine: 0 }, inOrder);
    expect(fused.map(({ key }) => key)).toEqual([1, 3, 2]);
    expect(fused.map(({ score }) => score)).toEqual([0.75 + 0.25 * 0.25, 0.375, 0.25]);
    expect(fused[0]).toMatchObject({ wordsPart: 0.75, meaningPart: 0.0625 });
  });

  it('with weight 0 is the order by words and with weight 1 that by meaning', () => {
    const scores = fc.array(fc.tuple(fc.nat(30), fc.integer({ min: 1, max: 99 })), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(scores, (pairs) => {
        const candidates = pairs.map(([lexicalScore, cosine], key) => ({
          key,
          lexicalScore,
          denseScore: cosine / 100,
        }));
        const keysBy = (score: (candidate: Candidate) => number): number[] =>
          [...candidates].sort((a, b) => score(b) - score(a) || a.key - b.key).map(({ key }) => key);
        const fusedAt = (meaningWeight: number): number[] =>
          fuseByConvexSum(candidates, { meaningWeight, unrelatedCosine: 0 }, inOrder).map(({ key }) => key);
        expect(fusedAt(0)).toEqual(keysBy(({ lexicalScore }) => lexicalScore));
        expect(fusedAt(1)).toEqual(keysBy(({ denseScore = 0 }) => denseScore));
      }),
      { seed: 5 },
    );
  });

  it('judges a passage without a vector by its words alone', () => {
    const candidates: Candidate[] = [
      { key: 1, lexicalScore: 3 },
      { key: 2, lexicalScore: 4, denseScore: 0.5 },
    ];
    const fused = fuseByConvexSum(candidates, { meaningWeight: 0.6, unrelatedCosine: 0 }, inOrder);
    expect(fused.find(({ key }) => key === 1)?.score).toBe(0.75);
  });
});

describe('folding', () => {
  it('keeps the best of passages that say the same, and enough others', () => {
    const entries = [9, 8, 7, 6, 5, 4].map((score, key) => ({ key, score }));
    const folded = foldDuplicates(entries, 3, (a, b) => a % 2 === b % 2 && b < 4);
    expect(folded.entries.map(({ key }) => key)).toEqual([0, 1, 4]);
    expect([...folded.duplicates]).toEqual([
      [0, [2]],
      [1, [3]],
    ]);
  });
});
