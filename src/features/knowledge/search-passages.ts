import { explainHit } from '../../domain/explanation.ts';
import type { SearchResultsView } from '../../domain/source-view.ts';
import { findHits } from './find-hits.ts';
import { describeNearMisses } from './read-passages.ts';
import { citationOf } from './retrieve.ts';
import type { RetrieveDeps } from './retrieve.ts';

/** The best passages for a query, as a list to look through: no packing, no neighbours. */
export function searchPassages(
  query: string,
  limit: number,
  deps: RetrieveDeps,
  options: { readonly signal: AbortSignal },
): Promise<SearchResultsView> {
  return deps.library.quiet.during(() => listPassages(query, limit, deps, options));
}

async function listPassages(
  query: string,
  limit: number,
  deps: RetrieveDeps,
  { signal }: { readonly signal: AbortSignal },
): Promise<SearchResultsView> {
  const startedAt = performance.now();
  const { library, settings } = deps;
  const { candidateCount } = settings;
  const trace = library.tiers.start(query);
  const { outcome, notes } = await findHits(query, deps, { k: limit, candidateCount, diversity: 0, signal, trace });
  const searchedAt = performance.now();
  library.state.preparePlaces([...outcome.hits, ...outcome.nearMisses].map(({ chunkId }) => chunkId));
  const [read, nearMisses] = await Promise.all([
    library.readChunks(
      outcome.hits.map(({ chunkId }) => chunkId),
      trace,
    ),
    describeNearMisses(outcome.nearMisses, library),
  ]);
  const chunks = new Map(read.map((chunk) => [chunk.chunkId, chunk]));
  const endedAt = performance.now();
  const results = outcome.hits.flatMap((hit, index) => {
    const chunk = chunks.get(hit.chunkId);
    if (!chunk) return [];
    const { text, headingPath } = chunk;
    const { terms, score } = hit;
    const why = explainHit(hit, index + 1, outcome.queryTerms);
    return [{ citation: citationOf(chunk, index + 1, library), text, headingPath, terms, score, why }];
  });
  const timings = { ...outcome.timings, readMs: endedAt - searchedAt, totalMs: endedAt - startedAt };
  const { tier } = library.tiers.finish(trace);
  return { results, explanation: { fusion: outcome.fusion, nearMisses, timings, notes, tier } };
}
