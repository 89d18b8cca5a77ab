import type { FusionOutcome } from '../../src/domain/hit.ts';
import {
  DEFAULT_WEIGHT_MODEL,
  fuseByConvexSum,
  weighMeaning,
  type Candidate,
} from '../../src/engine/ranking/convex.ts';
import { fusionFeatures } from '../../src/engine/ranking/fusion-features.ts';
import type { FusedEntry, RankedList } from '../../src/engine/ranking/fuser.ts';
import { fuseByReciprocalRank } from '../../src/engine/ranking/rrf.ts';
import { CONTEXT_CANDIDATES } from '../../src/engine/ranking/add-context.ts';
import type { SearchRequest } from './api.ts';

type Entries = RankedList['entries'];

export interface ListsToFuse {
  readonly request: SearchRequest;
  /** Best first; absent where that retriever was not asked. */
  readonly lexical?: Entries;
  readonly dense?: Entries;
  readonly terms: readonly { readonly term: string; readonly idf: number }[];
  /** Whether the library holds any word of the question that says something; function words are everywhere. */
  readonly hasKnownWords: boolean;
  readonly chunkCount: number;
  /** Terms in the body of a passage, on average over the library. */
  readonly meanLength: number;
  /** Whether single words are aligned afterwards. */
  readonly isAligned: boolean;
  readonly isBefore: (left: number, right: number) => boolean;
  /** Scores of these very passages, which are in the other list only; those that have none may be missing. */
  readonly scoreByWords: (keys: ReadonlySet<number>) => Entries;
  readonly scoreByMeaning: (keys: ReadonlySet<number>) => Entries;
  /** The passages next to this one that may be found; absent where context is not asked for. */
  readonly neighboursOf?: (key: number) => readonly number[];
}

export interface FusedLists {
  readonly fused: readonly (FusedEntry & { readonly wordsPart?: number; readonly meaningPart?: number })[];
  readonly fusion: FusionOutcome;
  readonly candidates: ReadonlyMap<number, Candidate>;
}

/** Of a model of which nothing is known: with care. */
const USUAL_STRENGTH = 0.7;

/**
 * One ranking of two lists. Every candidate is judged by both retrievers, whichever of them found it: a passage that only
 * words found gets its true cosine, not 0. A question that one retriever can say nothing on is left to the other.
 */
export function fuseLists(lists: ListsToFuse): FusedLists {
  const { request, lexical = [], dense = [], isBefore, hasKnownWords } = lists;
  // Scores are judged against the best one: where only function words were found, that best one means nothing.
  if (lexical.length === 0 || dense.length === 0 || !hasKnownWords) {
    const candidates = judgeByBoth(lists, []);
    const [method, only] = dense.length === 0 ? (['words', lexical] as const) : (['meaning', dense] as const);
    const fusion: FusionOutcome = { method, meaningWeight: method === 'words' ? 0 : 1, reasons: [] };
    return { fused: only, fusion, candidates };
  }
  if (request.fusion === 'rrf') {
    const candidates = judgeByBoth(lists, []);
    const ranked: RankedList[] = [
      { retriever: 'lexical', entries: lexical },
      { retriever: 'dense', entries: dense },
    ];
    const fusion: FusionOutcome = { method: 'rrf', meaningWeight: 0.5, reasons: [] };
    return { fused: fuseByReciprocalRank(ranked, isBefore), fusion, candidates };
  }
  const candidates = judgeByBoth(lists, besides(lists));
  const { meaningStrength = USUAL_STRENGTH, unrelatedCosine = 0 } = request;
  const { terms, chunkCount, meanLength, isAligned } = lists;
  const weighed = weighMeaning(
    fusionFeatures({ terms, chunkCount, meanLength, lexical, dense, meaningStrength, unrelatedCosine }),
    DEFAULT_WEIGHT_MODEL,
    isAligned,
  );
  const fused = fuseByConvexSum(
    [...candidates.values()],
    { meaningWeight: weighed.meaningWeight, unrelatedCosine },
    isBefore,
  );
  return { fused, fusion: { method: 'convex', ...weighed }, candidates };
}

/** What stands next to the first of either list and is in none. */
function besides({ lexical = [], dense = [], neighboursOf }: ListsToFuse): number[] {
  if (neighboursOf === undefined) return [];
  const listed = new Set([...lexical, ...dense].map(({ key }) => key));
  const first = [...lexical.slice(0, CONTEXT_CANDIDATES), ...dense.slice(0, CONTEXT_CANDIDATES)];
  return [...new Set(first.flatMap(({ key }) => neighboursOf(key)))].filter((key) => !listed.has(key));
}

function judgeByBoth(
  { lexical = [], dense = [], scoreByWords, scoreByMeaning, request }: ListsToFuse,
  neighbours: readonly number[],
): Map<number, Candidate> {
  const wordScores = new Map(lexical.map(({ key, score }) => [key, score]));
  const meaningScores = new Map(dense.map(({ key, score }) => [key, score]));
  if (request.mode === 'hybrid' && dense.length > 0) {
    const foundByMeaning = new Set([...meaningScores.keys()].filter((key) => !wordScores.has(key)).concat(neighbours));
    const foundByWords = new Set([...wordScores.keys()].filter((key) => !meaningScores.has(key)).concat(neighbours));
    if (foundByMeaning.size > 0) for (const { key, score } of scoreByWords(foundByMeaning)) wordScores.set(key, score);
    if (foundByWords.size > 0) for (const { key, score } of scoreByMeaning(foundByWords)) meaningScores.set(key, score);
  }
  const candidates = new Map<number, Candidate>();
  for (const key of new Set([...lexical, ...dense].map((entry) => entry.key).concat(neighbours))) {
    const denseScore = meaningScores.get(key);
    candidates.set(key, {
      key,
      lexicalScore: wordScores.get(key) ?? 0,
      ...(denseScore !== undefined && { denseScore }),
    });
  }
  return candidates;
}
