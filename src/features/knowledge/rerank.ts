import type { Chunk } from '../../domain/chunk.ts';
import type { Hit } from '../../domain/hit.ts';
import type { Reranker } from '../../platform/compute/ports.ts';

export interface Reranked {
  readonly hits: readonly Hit[];
  /** Why the order is the old one, for the reader. */
  readonly note?: string;
}

/** So many times the passages wanted are looked at again. */
export const RERANK_DEPTH = 3;

/**
 * Orders hits by a second model that reads question and passage together. Fails soft: where the model cannot be had, or
 * fails, the order stays as it was and a note says so. Only an abort is thrown.
 */
export async function rerank(
  question: string,
  hits: readonly Hit[],
  chunks: readonly Chunk[],
  reranker: Reranker,
  { signal }: { readonly signal: AbortSignal },
): Promise<Reranked> {
  const byId = new Map(chunks.map((chunk) => [chunk.chunkId, chunk]));
  const present = hits.flatMap((hit) => {
    const chunk = byId.get(hit.chunkId);
    return chunk ? [{ hit, text: [...chunk.headingPath, chunk.text].join('\n') }] : [];
  });
  if (present.length < 2 || question === '') return { hits };
  try {
    const texts = present.map(({ text }) => text);
    const scores = await reranker.score(question, texts, { signal });
    if (scores.length !== present.length || !scores.every((score) => Number.isFinite(score))) {
      throw new RangeError('The second model gave no usable scores.');
    }
    const rescored = present.map(({ hit }, at): Hit & { readonly rerankScore: number } => ({
      ...hit,
      rerankScore: scores[at] ?? 0,
    }));
    return { hits: rescored.sort((a, b) => b.rerankScore - a.rerankScore) };
  } catch (error) {
    if (signal.aborted) throw error;
    const reason = error instanceof Error ? ` ${error.message}` : '';
    return {
      hits,
      note: `The second look by ${reranker.label} could not be taken, so the passages are in their usual order.${reason}`,
    };
  }
}
