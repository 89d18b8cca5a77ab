import type { FusionFeature } from '../../domain/hit.ts';
import type { RankedList } from './fuser.ts';

export type FusionFeatures = Readonly<Record<FusionFeature, number>>;

export interface FusionSituation {
  /** The question's terms; idf 0 for those the library does not contain. */
  readonly terms: readonly { readonly term: string; readonly idf: number }[];
  readonly chunkCount: number;
  /** Terms in the body of a passage, on average over the library. */
  readonly meanLength: number;
  /** Both lists, best first. */
  readonly lexical: RankedList['entries'];
  readonly dense: RankedList['entries'];
  /** See `EmbeddingModel`. */
  readonly meaningStrength: number;
  readonly unrelatedCosine: number;
}

/** Agreement and clarity are looked for this far down. */
const DEPTH = 10;
/** Inverse document frequency of a term that stands in more than about a fifth of all passages. */
const COMMON_IDF = 1.5;
/** Terms of a passage that is neither short nor long. */
const SHORT_LENGTH = 40;
const HAS_DIGIT_OR_JOINER = /[\p{N}._/\\:@#+&-]/u;

/**
 * What a question and its two lists are like, each on a scale of about 0 to 1:
 *
 * - `modelStrength`: as known of the model.
 * - `nearness`: the nearest passage's cosine, 0 being that of unrelated texts.
 * - `clarity`: how far the nearest passage stands out from the tenth by meaning, in shares of its nearness.
 * - `brevity`: s / (s + mean length of the library's passages in terms), s = 40: near 1 in chats, near 0 in long documents.
 *   Of a few words each one counts, and a vector blurs them; of a page the vector tells what it is about.
 * - `commonShare`: share of the terms that stand in every fifth passage or more: the names of who speaks in a
 *   conversation, say, of which a static model makes too much.
 * - `identifierShare`: share of terms with a digit or an inner sign: codes, versions, paths, dates.
 * - `unknownShare`: share of the terms that the library does not contain.
 * - `termCount`: 1 − 1 / number of distinct terms.
 * - `rarity`: mean idf of the known terms over the idf of a term that stands in one passage only.
 * - `coverage`: the best passage's score by words over the sum of the known terms' idf, halved, at most 1: how much of
 *   what was asked stands in one place.
 * - `agreement`: share of the first ten of either list that is in both.
 */
export function fusionFeatures(situation: FusionSituation): FusionFeatures {
  const { terms, chunkCount, meanLength, lexical, dense, meaningStrength, unrelatedCosine } = situation;
  const known = terms.filter(({ idf }) => idf > 0);
  const sumIdf = known.reduce((sum, { idf }) => sum + idf, 0);
  const rarest = Math.log(1 + (chunkCount - 0.5) / 1.5);
  const topKeys = new Set(lexical.slice(0, DEPTH).map(({ key }) => key));
  const shared = dense.slice(0, DEPTH).filter(({ key }) => topKeys.has(key)).length;
  const nearnessOf = (score = 0): number => clamp((score - unrelatedCosine) / (1 - unrelatedCosine));
  const nearness = nearnessOf(dense[0]?.score);
  const tenth = nearnessOf(dense[Math.min(DEPTH, dense.length) - 1]?.score);
  return {
    modelStrength: meaningStrength,
    nearness,
    clarity: nearness > 0 ? clamp((nearness - tenth) / nearness) : 0,
    brevity: SHORT_LENGTH / (SHORT_LENGTH + meanLength),
    commonShare: shareOf(known, ({ idf }) => idf < COMMON_IDF),
    identifierShare: shareOf(terms, ({ term }) => HAS_DIGIT_OR_JOINER.test(term)),
    unknownShare: shareOf(terms, ({ idf }) => idf <= 0),
    termCount: terms.length === 0 ? 0 : 1 - 1 / terms.length,
    rarity: known.length > 0 && rarest > 0 ? clamp(sumIdf / known.length / rarest) : 0,
    coverage: sumIdf > 0 ? clamp((lexical[0]?.score ?? 0) / sumIdf / 2) : 0,
    agreement: topKeys.size === 0 ? 0 : shared / Math.min(DEPTH, topKeys.size),
  };
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}

function shareOf<Item>(items: readonly Item[], has: (item: Item) => boolean): number {
  return items.length === 0 ? 0 : items.filter(has).length / items.length;
}
