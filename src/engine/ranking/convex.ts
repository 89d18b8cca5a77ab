import type { FusionFeature, FusionOutcome } from '../../domain/hit.ts';
import type { FusedEntry } from './fuser.ts';
import type { FusionFeatures } from './fusion-features.ts';

/** A passage that at least one retriever found, with what both think of it. */
export interface Candidate {
  readonly key: number;
  /** BM25; 0 where it holds no word of the question. */
  readonly lexicalScore: number;
  /** Cosine; absent where the passage has no vector yet. */
  readonly denseScore?: number;
}

export interface ConvexEntry extends FusedEntry {
  readonly wordsPart: number;
  readonly meaningPart: number;
}

/** The logistic formula for the weight of meaning: bias and one slope for each feature, around the feature's centre. */
export interface WeightModel {
  readonly bias: number;
  readonly slopes: Readonly<Partial<Record<FusionFeature, { readonly centre: number; readonly slope: number }>>>;
  /** Added to the bias where alignment follows: it brings back what words alone would have kept, so that meaning may count for more. */
  readonly aligned: number;
  /** The weight stays between these. */
  readonly least: number;
  readonly most: number;
}

/**
 * Fitted by `scripts/calibrate.ts` on eight development collections (claims, sentences, questions, how-to, diary and
 * dialogue; see docs/engine.md), with two models of different strength. No other feature did better by more than noise,
 * so the simplest form stands but for two slopes set by hand. Brevity: of a short passage a sum of word vectors says
 * little that its words do not say better. Identifiers: the development questions hold hardly any, and a code should be
 * found as it is typed. The bias with alignment was chosen together with brevity, see docs/engine.md.
 */
export const DEFAULT_WEIGHT_MODEL: WeightModel = {
  bias: -1.3,
  slopes: {
    modelStrength: { centre: 0.71, slope: 2.62 },
    brevity: { centre: 0.25, slope: -2.5 },
    identifierShare: { centre: 0.04, slope: -0.5 },
  },
  aligned: 1,
  least: 0,
  most: 1,
};

/** The weight of meaning for one question: least + (most − least) / (1 + exp(−(bias + Σ slope · (feature − centre)))). */
export function weighMeaning(
  features: FusionFeatures,
  model: WeightModel = DEFAULT_WEIGHT_MODEL,
  isAligned = false,
): Pick<FusionOutcome, 'meaningWeight' | 'reasons'> {
  const reasons: FusionOutcome['reasons'][number][] = [];
  let sum = model.bias + (isAligned ? model.aligned : 0);
  for (const feature of FEATURES) {
    const formula = model.slopes[feature];
    if (formula === undefined) continue;
    const value = features[feature];
    const effect = formula.slope * (value - formula.centre);
    sum += effect;
    reasons.push({ feature, value, effect });
  }
  reasons.sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect));
  const share = 1 / (1 + Math.exp(-sum));
  return { meaningWeight: model.least + (model.most - model.least) * share, reasons };
}

const FEATURES: readonly FusionFeature[] = [
  'modelStrength',
  'nearness',
  'clarity',
  'brevity',
  'commonShare',
  'identifierShare',
  'unknownShare',
  'termCount',
  'rarity',
  'coverage',
  'agreement',
];

/**
 * Convex combination of the two scores, each over the best one's of this question; z is the cosine of unrelated texts:
 *
 *   score = (1 − w) · bm25 / max bm25  +  w · max(0, cosine − z) / (max cosine − z)
 *
 * (Bruch, Gai, Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", ACM TOIS 42(1), 2023, who found it better
 * than reciprocal ranks and sparing of training data; the lower bounds are known of the scorers and not taken from the
 * lists, as they advise.) A passage without a vector is judged by its words alone. `isBefore` decides between equal scores.
 */
export function fuseByConvexSum(
  candidates: readonly Candidate[],
  { meaningWeight, unrelatedCosine }: { readonly meaningWeight: number; readonly unrelatedCosine: number },
  isBefore: (left: number, right: number) => boolean,
): ConvexEntry[] {
  let bestLexical = 0;
  let bestDense = 0;
  for (const { lexicalScore, denseScore = 0 } of candidates) {
    bestLexical = Math.max(bestLexical, lexicalScore);
    bestDense = Math.max(bestDense, denseScore - unrelatedCosine);
  }
  const fused = candidates.map(({ key, lexicalScore, denseScore }): ConvexEntry => {
    const words = bestLexical > 0 ? lexicalScore / bestLexical : 0;
    if (denseScore === undefined) return { key, score: words, wordsPart: words, meaningPart: 0 };
    const meaning = bestDense > 0 ? Math.max(0, denseScore - unrelatedCosine) / bestDense : 0;
    const wordsPart = (1 - meaningWeight) * words;
    const meaningPart = meaningWeight * meaning;
    return { key, score: wordsPart + meaningPart, wordsPart, meaningPart };
  });
  return fused.sort((a, b) => b.score - a.score || (isBefore(a.key, b.key) ? -1 : 1));
}
