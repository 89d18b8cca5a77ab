import type { FusionFeature } from '../src/domain/hit.ts';
import { weighMeaning, type WeightModel } from '../src/engine/ranking/convex.ts';
import type { FusionFeatures } from '../src/engine/ranking/fusion-features.ts';

/** A question with judgements, and its nDCG@10 at weights of meaning from 0 to 1 in equal steps. */
export interface JudgedQuestion {
  readonly features: FusionFeatures;
  readonly ndcgAt: readonly number[];
  /** By words and by meaning alone, where `ndcgAt` holds something else beside them; default: its two ends. */
  readonly alone?: readonly [words: number, meaning: number];
}

export interface Fitted {
  readonly bias: number;
  readonly slopes: readonly { readonly feature: FusionFeature; readonly centre: number; readonly slope: number }[];
}

/** Kept small where the data do not speak: the penalty for a slope of 1 per standard deviation. */
const RIDGE = 2e-5;
/** What a collection falls below the better of words and meaning alone counts so many times: nobody is to lose by fusion. */
const LOSS_AVERSION = 3;
const FIRST_STEP = 0.4;
const LAST_STEP = 0.04;
/** Width, in steps of the weight, over which a question's nDCG is smoothed: a single question's curve is all jumps. */
const SMOOTHING = 1.2;

/**
 * Fits bias and slopes so as to raise the mean over the collections of nDCG@10, each collection counting alike, less
 * one standard error of the gain over words (a gain that may be chance is none: where there is no evidence for meaning,
 * words decide) and less several times what a collection falls below the better of words and meaning alone: coordinate descent with a halving step, from the
 * same start every time. Slopes are for features as they are; centres are the features' means.
 */
export function fitWeights(
  collections: readonly (readonly JudgedQuestion[])[],
  features: readonly FusionFeature[],
): Fitted {
  const all = collections.flat();
  const scales = features.map((feature) => {
    const values = all.map((question) => question.features[feature]);
    const centre = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / values.length;
    return { feature, centre, deviation: Math.sqrt(variance) };
  });
  const smooth = collections.map((questions) =>
    questions.map((question) => ({ ...question, ndcgAt: smoothed(question.ndcgAt) })),
  );
  const fittedOf = ([bias = 0, ...perDeviation]: readonly number[]): Fitted => ({
    bias,
    slopes: scales.map(({ feature, centre, deviation }, at) => ({
      feature,
      centre,
      slope: deviation > 0 ? (perDeviation[at] ?? 0) / deviation : 0,
    })),
  });
  const worth = (parameters: readonly number[]): number => {
    const fitted = fittedOf(parameters);
    const sum = smooth.reduce((total, questions) => {
      const gain = gainAt(questions, weightsOf(questions, fitted));
      const alone = Math.max(endOf(questions, 0), endOf(questions, -1));
      return (
        total + gain - doubtOf(questions, weightsOf(questions, fitted)) - LOSS_AVERSION * Math.max(0, alone - gain)
      );
    }, 0);
    return sum / smooth.length - RIDGE * parameters.slice(1).reduce((total, slope) => total + slope ** 2, 0);
  };
  let parameters = [-0.4, ...features.map(() => 0)];
  let best = worth(parameters);
  for (let step = FIRST_STEP; step > LAST_STEP;) {
    let isBetter = false;
    for (let at = 0; at < parameters.length; at++) {
      for (const change of [step, -step]) {
        const tried = parameters.with(at, (parameters[at] ?? 0) + change);
        const value = worth(tried);
        if (value <= best + 1e-6) continue;
        best = value;
        parameters = tried;
        isBetter = true;
      }
    }
    if (!isBetter) step /= 2;
  }
  return fittedOf(parameters);
}

export function weightModelOf({ bias, slopes }: Fitted): WeightModel {
  return {
    bias,
    slopes: Object.fromEntries(slopes.map(({ feature, centre, slope }) => [feature, { centre, slope }])),
    aligned: 0,
    least: 0,
    most: 1,
  };
}

/** The weight of meaning for each question. */
export function weightsOf(questions: readonly JudgedQuestion[], fitted: Fitted): number[] {
  const model = weightModelOf(fitted);
  return questions.map(({ features }) => weighMeaning(features, model).meaningWeight);
}

/** Mean nDCG@10 with these weights. */
export function gainAt(questions: readonly JudgedQuestion[], weights: readonly number[]): number {
  const sum = questions.reduce((total, { ndcgAt }, at) => {
    const place = (weights[at] ?? 0) * (ndcgAt.length - 1);
    const below = Math.min(Math.floor(place), ndcgAt.length - 2);
    const share = place - below;
    return total + (1 - share) * (ndcgAt[below] ?? 0) + share * (ndcgAt[below + 1] ?? 0);
  }, 0);
  return sum / Math.max(1, questions.length);
}

/** One standard error of the mean gain over words: what may be chance. */
function doubtOf(questions: readonly JudgedQuestion[], weights: readonly number[]): number {
  const gains = questions.map((question, at) => gainAt([question], [weights[at] ?? 0]) - (question.ndcgAt[0] ?? 0));
  const mean = gains.reduce((sum, gain) => sum + gain, 0) / Math.max(1, gains.length);
  const squares = gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0);
  return Math.sqrt(squares) / Math.max(1, gains.length);
}

function endOf(questions: readonly JudgedQuestion[], at: 0 | -1): number {
  const sum = questions.reduce((total, { ndcgAt, alone }) => total + ((alone ?? ndcgAt).at(at) ?? 0), 0);
  return sum / Math.max(1, questions.length);
}

function smoothed(values: readonly number[]): number[] {
  return values.map((_, at) => {
    let sum = 0;
    let total = 0;
    values.forEach((value, other) => {
      const share = Math.exp(-0.5 * ((other - at) / SMOOTHING) ** 2);
      sum += share * value;
      total += share;
    });
    return sum / total;
  });
}
