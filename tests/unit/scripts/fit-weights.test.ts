import { describe, expect, it } from 'vitest';
import { fitWeights, gainAt, weightsOf, type JudgedQuestion } from '../../../scripts/fit-weights.ts';
import { fusionFeatures, type FusionFeatures } from '../../../src/engine/ranking/fusion-features.ts';

const PLAIN: FusionFeatures = fusionFeatures({
  terms: [],
  chunkCount: 0,
  meanLength: 0,
  lexical: [],
  dense: [],
  meaningStrength: 0,
  unrelatedCosine: 0,
});

/** A question whose nDCG is best at one weight and falls off to both sides. */
function bestAt(weight: number, features: Partial<FusionFeatures> = {}): JudgedQuestion {
  const ndcgAt = Array.from({ length: 21 }, (_, step) => 0.9 - 2 * (step / 20 - weight) ** 2);
  return { features: { ...PLAIN, ...features }, ndcgAt };
}

describe('fitting the weight of meaning', () => {
  it('finds the weight that is best for all', () => {
    const collection = Array.from({ length: 20 }, () => bestAt(0.3));
    const fitted = fitWeights([collection], []);
    expect(weightsOf(collection, fitted)[0]).toBeCloseTo(0.3, 1);
  });

  it('finds out that a feature tells the questions apart, and leaves one that says nothing alone', () => {
    const collection = Array.from({ length: 60 }, (_, at) =>
      bestAt(at % 2 === 0 ? 0.2 : 0.6, { nearness: at % 2, rarity: (at % 3) / 2 }),
    );
    const fitted = fitWeights([collection], ['nearness', 'rarity']);
    const [nearness, rarity] = fitted.slopes;
    expect(nearness?.slope).toBeGreaterThan(1);
    expect(Math.abs(rarity?.slope ?? NaN)).toBeLessThan(0.3);
    expect(gainAt(collection, weightsOf(collection, fitted))).toBeGreaterThan(0.89);
  });

  it('counts every collection alike, however many questions it has', () => {
    const many = Array.from({ length: 90 }, () => bestAt(0.8));
    const wordsOnly = Array.from({ length: 10 }, () => bestAt(0));
    const weight = weightsOf(many, fitWeights([many, wordsOnly], []))[0] ?? NaN;
    expect(weight).toBeLessThan(0.5);
  });
});
