import { InvalidInputError } from '../../src/domain/errors.ts';
import type { Hit } from '../../src/domain/hit.ts';
import {
  type CollectionStatistics,
  type LexicalSource,
  scanBm25,
  type WeightedTerm,
  weighTerms,
} from '../../src/engine/lexical/bm25.ts';
import { FIELD_COUNT, hasPosting } from '../../src/engine/lexical/lexical-segment.ts';
import { queryTermsOf } from '../../src/engine/lexical/query-terms.ts';
import { diversify } from '../../src/engine/ranking/diversify.ts';
import type { RankedList } from '../../src/engine/ranking/fuser.ts';
import { fuseByReciprocalRank } from '../../src/engine/ranking/rrf.ts';
import { TopK } from '../../src/engine/ranking/top-k.ts';
import { scanVectors, type VectorSource } from '../../src/engine/vector/flat-scan.ts';
import { quantise } from '../../src/engine/vector/quantise.ts';
import type { SearchOutcome, SearchRequest } from './api.ts';
import { chunkSimilarity } from './chunk-similarity.ts';
import type { IndexSegment } from './index-segment.ts';
import { SearchKeys } from './search-keys.ts';

/** Variety is sought among this many times the hits wanted: further down, relevance is too low to be worth a place. */
const DIVERSITY_POOL = 4;

/**
 * One search over a set of segments: words → vectors → fusion → diversity. Synchronous, so that nothing changes
 * under it. `allowedDocuments` holds 1 for each document number a filter lets through; absent, all pass. Throws
 * `InvalidInputError` on a malformed request.
 */
export function runSearch(
  segments: readonly IndexSegment[],
  allowedDocuments: Uint8Array | undefined,
  request: SearchRequest,
): SearchOutcome {
  checkRequest(request);
  const startedAt = performance.now();
  const keys = new SearchKeys(segments);
  const acceptMasks = segments.map((segment) => segment.acceptMask(allowedDocuments));
  const sources = segments.map(({ lexical, liveMask }, index): LexicalSource => ({
    segment: lexical,
    firstKey: keys.firstKeyOf(index),
    liveMask,
    acceptMask: acceptMasks[index],
  }));
  const statistics = collectionStatistics(segments);
  const terms = weighTerms(sources, statistics, queryTermsOf(request.query));
  const usesVectors = request.mode !== 'lexical' && request.queryVector !== undefined;

  const lists: RankedList[] = [];
  if (request.mode !== 'dense') {
    const best = new TopK(request.candidateCount, keys.isBefore);
    scanBm25(sources, statistics, terms, best);
    lists.push({ retriever: 'lexical', entries: best.drain() });
  }
  const lexicalAt = performance.now();
  if (usesVectors) {
    const best = new TopK(request.candidateCount, keys.isBefore);
    scanDense(segments, acceptMasks, keys, request, best);
    lists.push({ retriever: 'dense', entries: best.drain() });
  }
  const denseAt = performance.now();
  const fused = fuseByReciprocalRank(lists, keys.isBefore);
  const fusedAt = performance.now();
  const pool = fused.slice(0, request.k * DIVERSITY_POOL);
  const similarity = chunkSimilarity(keys, usesVectors ? request.modelKey : undefined);
  const chosen = diversify(pool, request.k, request.diversity, similarity);
  const diversifiedAt = performance.now();

  const places = rankPlaces(lists);
  const hits = chosen.map(({ key, score }): Hit => ({
    chunkId: keys.chunkIdOf(key),
    score,
    ...places.get(key),
    terms: termsInChunk(keys, key, terms),
  }));
  return {
    hits,
    queryTerms: terms.map(({ term, idf }) => ({ term, idf })),
    timings: {
      ...(request.mode === 'dense' ? {} : { lexicalMs: lexicalAt - startedAt }),
      ...(usesVectors ? { denseMs: denseAt - lexicalAt } : {}),
      fuseMs: fusedAt - denseAt,
      diversifyMs: diversifiedAt - fusedAt,
      totalMs: performance.now() - startedAt,
    },
  };
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
  const weights: Record<string, number> = {};
  for (const word of new Set(wordsOf(query))) {
    const idf = Math.max(0, ...weighTerms(sources, statistics, queryTermsOf(word)).map((term) => term.idf));
    if (idf > 0) weights[word] = idf;
  }
  return weights;
}

function wordsOf(text: string): string[] {
  const folded = text
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase();
  return folded.match(/[\p{L}\p{N}]+/gu) ?? [];
}

function checkRequest({ k, candidateCount, diversity, mode, queryVector, modelKey }: SearchRequest): void {
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

function scanDense(
  segments: readonly IndexSegment[],
  acceptMasks: readonly (Uint8Array | undefined)[],
  keys: SearchKeys,
  { queryVector = new Float32Array(0), modelKey = '' }: SearchRequest,
  best: TopK,
): void {
  const codes = new Int8Array(queryVector.length);
  const scale = quantise(queryVector, codes);
  const sources: VectorSource[] = [];
  segments.forEach(({ vectors }, index) => {
    const segment = vectors.get(modelKey);
    if (segment === undefined) return;
    if (segment.dimensions !== queryVector.length) {
      throw new InvalidInputError('The question was embedded with other dimensions than the library.');
    }
    sources.push({ segment, firstKey: keys.firstKeyOf(index), acceptMask: acceptMasks[index] });
  });
  // A question of zeros means nothing to the model: nothing is near it.
  if (scale !== 0) scanVectors(sources, { codes, scale }, best);
}

type RankPlace = Pick<Hit, 'lexicalRank' | 'lexicalScore' | 'denseRank' | 'denseScore'>;

function rankPlaces(lists: readonly RankedList[]): Map<number, RankPlace> {
  const places = new Map<number, RankPlace>();
  for (const { retriever, entries } of lists) {
    entries.forEach(({ key, score }, index) => {
      const place =
        retriever === 'lexical'
          ? { lexicalRank: index + 1, lexicalScore: score }
          : { denseRank: index + 1, denseScore: score };
      places.set(key, { ...places.get(key), ...place });
    });
  }
  return places;
}

function termsInChunk(keys: SearchKeys, key: number, terms: readonly WeightedTerm[]): string[] {
  const { index, segment, ordinal } = keys.placeOf(key);
  const isIn = ({ numbers }: WeightedTerm): boolean => {
    const number = numbers[index] ?? -1;
    return number >= 0 && hasPosting(segment.lexical, number, ordinal);
  };
  return terms.filter(isIn).map(({ term }) => term);
}
