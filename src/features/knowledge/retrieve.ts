import type { Chunk } from '../../domain/chunk.ts';
import type { Citation, Passage } from '../../domain/citation.ts';
import { explainHit, type AnswerExplanation } from '../../domain/explanation.ts';
import type { Hit, StageTimings } from '../../domain/hit.ts';
import type { ParsedQuestion } from '../../domain/question.ts';
import type { RetrievalSettings } from '../../domain/settings.ts';
import { packContext } from '../../engine/context.ts';
import type { Reranker, Searcher, SearchOutcome } from '../../platform/compute/ports.ts';
import type { AnswerCache } from './answer-cache.ts';
import type { AnswerTrace } from './answer-trace.ts';
import { findHits } from './find-hits.ts';
import type { Library } from './library.ts';
import type { Meaning } from './meaning.ts';
import { readPassages, sourceOf } from './read-passages.ts';
import { rerank, RERANK_DEPTH } from './rerank.ts';

export interface RetrieveDeps {
  readonly library: Library;
  readonly searcher: Searcher;
  readonly meaning: Meaning;
  readonly settings: RetrievalSettings;
  /** Absent: the first ranking stands. */
  readonly reranker?: Reranker;
  /** Absent: every question is searched for anew. */
  readonly answers?: AnswerCache<Retrieval>;
}

export interface Retrieval {
  /** What was searched for once the conditions were taken out. */
  readonly question: ParsedQuestion;
  readonly hits: readonly Hit[];
  readonly passages: readonly Passage[];
  readonly queryTerms: SearchOutcome['queryTerms'];
  /** Cosine of the nearest passage; absent when words alone were searched. */
  readonly bestCosine?: number;
  readonly timings: StageTimings;
  /** For the reader: conditions that nothing meets, signs that were not understood. */
  readonly notes: readonly string[];
  readonly explanation: AnswerExplanation;
}

/**
 * Question → hits by words and meaning → their passages with neighbours, numbered and within the token budget. The same
 * question to the same library is answered from what was kept.
 */
export async function retrieve(
  query: string,
  deps: RetrieveDeps,
  options: { readonly signal: AbortSignal },
): Promise<Retrieval> {
  const { library, answers, settings } = deps;
  const trace = library.tiers.start(query);
  const settled = [settings, deps.reranker?.label ?? ''];
  const kept = answers?.find(query, settled);
  if (kept) trace.isFromCache = true;
  const retrieval = kept ?? (await library.quiet.during(() => searchAndRead(query, deps, trace, options)));
  const { tier, ms } = library.tiers.finish(trace);
  if (!kept) {
    // An answer whose best passage hardly bears on the question is not worth keeping before others.
    const isTelling = (retrieval.bestCosine ?? 1) >= (deps.meaning.model?.relevanceFloor ?? 0);
    answers?.keep(query, settled, retrieval, { quality: isTelling ? 1 : 0, isUrgent: trace.isUrgent });
  }
  const timings = kept ? { totalMs: ms } : retrieval.timings;
  return { ...retrieval, timings, explanation: { ...retrieval.explanation, timings, tier } };
}

async function searchAndRead(
  query: string,
  deps: RetrieveDeps,
  trace: AnswerTrace,
  options: { readonly signal: AbortSignal },
): Promise<Retrieval> {
  const startedAt = performance.now();
  const { passageCount, candidateCount, diversity, contextTokens, neighbourCount } = deps.settings;
  const { question, outcome, notes } = await findHits(query, deps, {
    k: deps.reranker ? passageCount * RERANK_DEPTH : passageCount,
    candidateCount,
    diversity,
    signal: options.signal,
    trace,
  });
  const searchedAt = performance.now();
  const { hits: ordered, note } = deps.reranker
    ? await rerank(
        question.text,
        outcome.hits,
        await deps.library.readChunks(
          outcome.hits.map((hit) => hit.chunkId),
          trace,
        ),
        deps.reranker,
        options,
      )
    : { hits: outcome.hits };
  const rerankedAt = performance.now();
  const hits = ordered.slice(0, passageCount);
  const allNotes = note === undefined ? notes : [...notes, note];
  const missed = [...ordered.slice(passageCount), ...outcome.nearMisses].slice(0, outcome.nearMisses.length || 3);
  const { lookup, nearMisses } = await readPassages(hits, missed, neighbourCount, deps.library, trace);
  const passages = packContext(hits, lookup, { budgetTokens: contextTokens, neighbourCount });
  const endedAt = performance.now();
  const cosines = hits.map((hit) => hit.denseScore).filter((score) => score !== undefined);
  const timings = {
    ...outcome.timings,
    ...(deps.reranker && { rerankMs: rerankedAt - searchedAt }),
    readMs: endedAt - rerankedAt,
    totalMs: endedAt - startedAt,
  };
  return {
    question,
    hits,
    passages,
    queryTerms: outcome.queryTerms,
    ...(cosines.length > 0 && { bestCosine: Math.max(...cosines) }),
    timings,
    notes: allNotes,
    explanation: {
      fusion: outcome.fusion,
      nearMisses,
      timings,
      notes: allNotes,
      hits: Object.fromEntries(hits.map((hit, index) => [hit.chunkId, explainHit(hit, index + 1, outcome.queryTerms)])),
    },
  };
}

/** The pointer to a chunk, good for as long as the message that holds it. */
export function citationOf(chunk: Chunk, marker: number, library: Library): Citation {
  const { chunkId, documentId, versionId, locator, quote } = chunk;
  return { marker, chunkId, documentId, versionId, ...sourceOf(chunk, library), locator, quote };
}
