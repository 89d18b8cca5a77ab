import type { FusionFeature } from '../../domain/hit.ts';
import type { RankedList } from './fuser.ts';

export type FusionFeatures = Readonly<Record<FusionFeature, number>>;

export interface FusionSituation {
  /** The question's terms; idf 0 for those the library does not contain. */
  readonly terms: readonly { readonly term: string; readonly count: number; readonly idf: number }[];
  readonly chunkCount: number;
  /** Both lists, best first. */
  readonly lexical: RankedList['entries'];
  readonly dense: RankedList['entries'];
  /** See `EmbeddingModel.meaningStrength`. */
  readonly meaningStrength: number;
}

/** Agreement is looked for this far down. */
const DEPTH = 10;
const HAS_DIGIT_OR_JOINER = /[\p{N}._/\\:@#+&-]/u;

/**
 * What a question and its two lists are like, each on a scale of about 0 to 1:
 *
 * - `modelStrength`: as known of the model.
 * - `termCount`: 1 − 1 / number of distinct terms.
 * - `rarity`: mean idf of the known terms over the idf of a term that stands in one passage only.
 * - `unknownShare`: share of the terms that the library does not contain.
 * - `identifierShare`: share of terms with a digit or an inner sign: codes, versions, paths, dates.
 * - `coverage`: the best passage's score by words over that of a passage with every known term (Σ count · idf), at most 2,
 *    halved: how much of what was asked stands in one place.
 * - `agreement`: share of the first ten of either list that is in both.
 * - `clarity`: how far the nearest passage stands out from the tenth by meaning, over the nearest one's cosine.
 */
export function fusionFeatures(situation: FusionSituation): FusionFeatures {
  const { terms, chunkCount, lexical, dense, meaningStrength } = situation;
  const known = terms.filter(({ idf }) => idf > 0);
  const rarest = Math.log(1 + (chunkCount - 0.5) / 1.5);
  const meanIdf = known.length === 0 ? 0 : known.reduce((sum, { idf }) => sum + idf, 0) / known.length;
  const possible = known.reduce((sum, { idf, count }) => sum + idf * count, 0);
  const topKeys = new Set(lexical.slice(0, DEPTH).map(({ key }) => key));
  const shared = dense.slice(0, DEPTH).filter(({ key }) => topKeys.has(key)).length;
  const nearest = dense[0]?.score ?? 0;
  const tenth = dense[Math.min(DEPTH, dense.length) - 1]?.score ?? 0;
  return {
    modelStrength: meaningStrength,
    termCount: terms.length === 0 ? 0 : 1 - 1 / terms.length,
    rarity: rarest > 0 ? Math.min(1, meanIdf / rarest) : 0,
    unknownShare: terms.length === 0 ? 0 : 1 - known.length / terms.length,
    identifierShare: shareOf(terms, ({ term }) => HAS_DIGIT_OR_JOINER.test(term)),
    coverage: possible > 0 ? Math.min(1, (lexical[0]?.score ?? 0) / possible / 2) : 0,
    agreement: topKeys.size === 0 ? 0 : shared / Math.min(DEPTH, topKeys.size),
    clarity: nearest > 0 ? Math.min(1, (nearest - Math.max(0, tenth)) / nearest) : 0,
  };
}

function shareOf<Item>(items: readonly Item[], has: (item: Item) => boolean): number {
  return items.length === 0 ? 0 : items.filter(has).length / items.length;
}
