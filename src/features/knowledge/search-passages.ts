import type { SearchResultView } from '../../domain/source-view.ts';
import { citationOf } from './retrieve.ts';
import type { RetrieveDeps } from './retrieve.ts';

/** The best passages for a query, as a list to look through: no packing, no neighbours. */
export async function searchPassages(
  query: string,
  limit: number,
  deps: RetrieveDeps,
  options: { readonly signal: AbortSignal },
): Promise<SearchResultView[]> {
  const { library, searcher, meaning, settings } = deps;
  const queryVector = await meaning.embedQuery(query, options);
  const { space } = library;
  const { hits } = await searcher.search({
    query,
    ...(queryVector && space && { queryVector, modelKey: space.modelKey }),
    k: limit,
    candidateCount: settings.candidateCount,
    diversity: 0,
    mode: queryVector ? 'hybrid' : 'lexical',
  });
  const chunks = new Map(
    (await library.readChunks(hits.map((hit) => hit.chunkId))).map((chunk) => [chunk.chunkId, chunk]),
  );
  return hits.flatMap((hit, index) => {
    const chunk = chunks.get(hit.chunkId);
    if (!chunk) return [];
    const { text, headingPath } = chunk;
    return [{ citation: citationOf(chunk, index + 1, library), text, headingPath, terms: hit.terms, score: hit.score }];
  });
}
