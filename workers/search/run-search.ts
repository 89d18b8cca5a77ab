import { InvalidInputError } from '../../src/domain/errors.ts';
import type { Hit } from '../../src/domain/hit.ts';
import { type CollectionStatistics, type LexicalSource, scanBm25 } from '../../src/engine/lexical/bm25.ts';
import { FIELD_COUNT } from '../../src/engine/lexical/lexical-segment.ts';
import { restrictedMask } from '../../src/engine/lexical/phrase.ts';
import { parseLexicalQuery } from '../../src/engine/lexical/query-terms.ts';
import { holdsTerm, type WeightedTerm, weighTerms } from '../../src/engine/lexical/weigh-terms.ts';
import { wordWeights as weightsOfWords } from '../../src/engine/lexical/word-weights.ts';
import { diversify } from '../../src/engine/ranking/diversify.ts';
import { foldDuplicates } from '../../src/engine/ranking/fold-duplicates.ts';
import type { FusedEntry, RankedList } from '../../src/engine/ranking/fuser.ts';
import { addContext, contextStrength, orderByContext } from '../../src/engine/ranking/add-context.ts';
import type { TokenAligner } from '../../src/engine/ranking/alignment.ts';
import { TopK } from '../../src/engine/ranking/top-k.ts';
import type { SearchOutcome, SearchRequest } from './api.ts';
import { alignFused, isAligned } from './align-fused.ts';
import { chunkSimilarity, nearDuplicates } from './chunk-similarity.ts';
import { DenseSearch } from './dense-search.ts';
import { fuseLists } from './fuse-lists.ts';
import type { IndexSegment } from './index-segment.ts';
import { findSurroundings } from './surroundings.ts';
import type { PassageOrder } from './passage-order.ts';
import { SearchKeys } from './search-keys.ts';

/** Variety is sought among this many times the hits wanted: further down, relevance is too low to be worth a place. */
const DIVERSITY_POOL = 4;
/** Told beside the hits: what came closest to being one. */
const NEAR_MISSES = 3;

/**
 * One search over a set of segments: words → vectors → fusion → alignment → context → folding → diversity. Synchronous, so that nothing changes
 * under it. `allowedDocuments` holds 1 for each document number a filter lets through; absent, all pass. `aligner` is that of
 * the request's model, where its token vectors are there. Throws `InvalidInputError` on a malformed request.
 */
export function runSearch(
  segments: readonly IndexSegment[],
  allowedDocuments: Uint8Array | undefined,
  request: SearchRequest,
  order: PassageOrder,
  aligner?: TokenAligner,
): SearchOutcome {
  checkRequest(request);
  const startedAt = performance.now();
  const keys = new SearchKeys(segments);
  const { phrases = [], excluded = [], prefixes = [] } = request;
  const question = parseLexicalQuery({ text: request.query, phrases, excluded, prefixes });
  const sources = segments.map((segment, index): LexicalSource => {
    const source: LexicalSource = {
      segment: segment.lexical,
      firstKey: keys.firstKeyOf(index),
      liveMask: segment.liveMask,
      acceptMask: segment.acceptMask(allowedDocuments),
    };
    return { ...source, acceptMask: restrictedMask(source, question) };
  });
  const acceptMasks = sources.map(({ acceptMask }) => acceptMask);
  const statistics = collectionStatistics(segments);
  const words = weighTerms(sources, statistics, question.terms);
  const { terms } = words;
  const usesVectors = request.mode !== 'lexical' && request.queryVector !== undefined;

  let lexical: RankedList['entries'] | undefined;
  if (request.mode !== 'dense') {
    const best = new TopK(wordsWanted(request), keys.isBefore);
    scanBm25(sources, statistics, words, best);
    lexical = best.drain();
  }
  const lexicalAt = performance.now();
  const { queryVector = new Float32Array(0), modelKey: queryModelKey = '' } = request;
  const meaning = new DenseSearch(segments, keys, queryModelKey, queryVector);
  const dense = usesVectors ? meaning.nearest(request.candidateCount, acceptMasks) : undefined;
  const denseAt = performance.now();
  const meanLength = (statistics.fieldTotals[0] ?? 0) / Math.max(1, statistics.chunkCount);
  const wantedStrength = (request.contextStrength ?? 1) * contextStrength(meanLength);
  const surroundings = findSurroundings(keys, order, acceptMasks);
  const {
    fused: fusedByTwo,
    fusion,
    candidates,
  } = fuseLists({
    request,
    ...(lexical && { lexical }),
    ...(dense && { dense }),
    terms,
    hasKnownWords: terms.some(({ gain }) => gain > 0),
    chunkCount: statistics.chunkCount,
    meanLength,
    isAligned: isAligned(request, aligner),
    isBefore: keys.isBefore,
    scoreByWords: (wanted) => {
      const best = new TopK(wanted.size, keys.isBefore);
      const masks = keys.masksOf(wanted);
      const masked = sources.map((source, index) => ({ ...source, acceptMask: masks[index] }));
      scanBm25(masked, statistics, words, best);
      return best.drain();
    },
    scoreByMeaning: (wanted) => meaning.score(wanted),
    ...(wantedStrength > 0 && { neighboursOf: surroundings.neighboursOf }),
  });
  const fusedAt = performance.now();
  const strength = fusion.method === 'convex' ? wantedStrength : 0;
  const aligned = alignFused(fusedByTwo, {
    request,
    fusion,
    keys,
    orderedInContext: (entries) => orderByContext(entries, surroundings, keys.isBefore, strength),
    ...(aligner && { aligner }),
  });
  const fused = addContext(aligned, surroundings, keys.isBefore, strength);
  const alignedAt = performance.now();
  const modelKey = usesVectors ? request.modelKey : undefined;
  const poolSize = request.k * DIVERSITY_POOL;
  const { entries: pool, duplicates } =
    request.foldsDuplicates === true
      ? foldDuplicates(fused, poolSize, nearDuplicates(keys, modelKey))
      : { entries: fused.slice(0, poolSize), duplicates: new Map<number, number[]>() };
  const chosen = diversify(pool, request.k, request.diversity, chunkSimilarity(keys, modelKey));
  const chosenKeys = new Set(chosen.map(({ key }) => key));
  const missed = pool.filter(({ key }) => !chosenKeys.has(key)).slice(0, NEAR_MISSES);
  const diversifiedAt = performance.now();

  const lexicalRanks = ranksOf(lexical);
  const denseRanks = ranksOf(dense);
  const parts = new Map(fused.map((entry) => [entry.key, entry]));
  const hitOf = ({ key, score }: FusedEntry): Hit => {
    const lexicalRank = lexicalRanks.get(key);
    const denseRank = denseRanks.get(key);
    const { lexicalScore = 0, denseScore } = candidates.get(key) ?? {};
    const { wordsPart, meaningPart, alignmentPart, contextPart, alignment } = parts.get(key) ?? {};
    const folded = duplicates.get(key);
    return {
      chunkId: keys.chunkIdOf(key),
      score,
      ...(lexicalRank !== undefined && { lexicalRank }),
      ...(lexicalScore > 0 && { lexicalScore }),
      ...(denseRank !== undefined && { denseRank }),
      ...(denseScore !== undefined && { denseScore }),
      ...(alignment !== undefined && { alignment }),
      ...(wordsPart !== undefined &&
        meaningPart !== undefined && {
          why: {
            wordsPart,
            meaningPart,
            ...(alignmentPart !== undefined && { alignmentPart }),
            ...(contextPart !== undefined && { contextPart }),
          },
        }),
      ...(folded && { duplicates: folded.map((other) => keys.chunkIdOf(other)) }),
      terms: termsInChunk(keys, key, terms, sources),
    };
  };
  const wantedExact = usesVectors ? meaning.wantedExact(pool) : [];
  return {
    hits: chosen.map(hitOf),
    nearMisses: missed.map(hitOf),
    fusion,
    ...(wantedExact.length > 0 && { wantedExact }),
    queryTerms: terms.map(({ term, idf, forms }) => ({ term, idf, typed: forms[0]?.form ?? term })),
    timings: {
      ...(lexical && { lexicalMs: lexicalAt - startedAt }),
      ...(dense && { denseMs: denseAt - lexicalAt }),
      fuseMs: fusedAt - denseAt,
      ...(aligner && { alignMs: alignedAt - fusedAt }),
      diversifyMs: diversifiedAt - alignedAt,
      totalMs: performance.now() - startedAt,
    },
  };
}

/** How far down the list by words is looked at: where nothing is fused, folded or varied, no further than is shown. */
function wordsWanted({ mode, k, candidateCount, diversity, foldsDuplicates }: SearchRequest): number {
  const isTakenAsItIs = mode === 'lexical' && diversity === 0 && foldsDuplicates !== true;
  return isTakenAsItIs ? Math.min(candidateCount, k + NEAR_MISSES) : candidateCount;
}

/**
 * For each word of a question that the library contains, its inverse document frequency: what the words of a question
 * are weighted by before it is embedded. Words are lower-case, without accents, split at whitespace and punctuation.
 */
export function wordWeights(segments: readonly IndexSegment[], query: string): Record<string, number> {
  const statistics = collectionStatistics(segments);
  const sources = segments.map(({ lexical, liveMask }): LexicalSource => ({
    segment: lexical,
    firstKey: 0,
    liveMask,
    acceptMask: undefined,
  }));
  return weightsOfWords(sources, statistics, wordsOf(query));
}

function wordsOf(text: string): string[] {
  const folded = text
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase();
  return folded.match(/[\p{L}\p{N}]+/gu) ?? [];
}

function checkRequest({
  k,
  candidateCount,
  diversity,
  mode,
  queryVector,
  modelKey,
  contextStrength: wantedStrength = 0,
}: SearchRequest): void {
  if (!(wantedStrength >= 0 && wantedStrength < Infinity)) {
    throw new InvalidInputError('The strength of context must be a number of at least 0.');
  }
  if (!Number.isInteger(k) || k < 0 || !Number.isInteger(candidateCount) || candidateCount < 0) {
    throw new InvalidInputError('The number of passages to find must be a whole number.');
  }
  if (!(diversity >= 0 && diversity <= 1)) throw new InvalidInputError('Diversity must lie between 0 and 1.');
  if (mode === 'dense' && queryVector === undefined) {
    throw new InvalidInputError('A search by meaning needs the question as an embedding.');
  }
  if (queryVector !== undefined && modelKey === undefined) {
    throw new InvalidInputError('A question given as an embedding must name the model it was made with.');
  }
}

function collectionStatistics(segments: readonly IndexSegment[]): CollectionStatistics {
  const fieldTotals = new Float64Array(FIELD_COUNT);
  const fieldCounts = new Float64Array(FIELD_COUNT);
  let chunkCount = 0;
  for (const segment of segments) {
    chunkCount += segment.chunkIds.length - segment.tombstoneCount;
    for (let field = 0; field < FIELD_COUNT; field++) {
      fieldTotals[field] = (fieldTotals[field] ?? 0) + (segment.fieldTotals[field] ?? 0);
      fieldCounts[field] = (fieldCounts[field] ?? 0) + (segment.fieldCounts[field] ?? 0);
    }
  }
  return { chunkCount, fieldTotals, fieldCounts };
}

/** Places in a list, from 1. */
function ranksOf(entries: RankedList['entries'] = []): Map<number, number> {
  return new Map(entries.map(({ key }, index) => [key, index + 1]));
}

function termsInChunk(
  keys: SearchKeys,
  key: number,
  terms: readonly WeightedTerm[],
  sources: readonly LexicalSource[],
): string[] {
  const { index, ordinal } = keys.placeOf(key);
  const source = sources[index];
  if (source === undefined) return [];
  return terms.filter((term) => holdsTerm(term, index, source, ordinal)).map(({ term }) => term);
}
