import type { Chunk } from '../../domain/chunk.ts';
import { holdsPhrase } from '../../engine/lexical/phrase.ts';
import type { SearchOutcome } from '../../platform/compute/ports.ts';
import type { Library } from './library.ts';
import { indexable } from './segment-writer.ts';

/** Each further look takes this many times the passages of the one before. */
const WIDENING = 4;
/** The most passages that are read for one question with phrases. */
const MOST_READ = 2048;

export interface PhraseConditions {
  readonly phrases: readonly string[];
  readonly excluded: readonly string[];
  /** Hits wanted. */
  readonly k: number;
}

/**
 * The index vouches for a phrase's words being in a passage; that they stand in a row is seen in its text. Searches for
 * more than are wanted, reads them, and keeps those that hold every phrase and no excluded one; looks further
 * down the list until there are enough or there is nothing left.
 */
export async function searchHoldingPhrases(
  search: (k: number) => Promise<SearchOutcome>,
  library: Library,
  { phrases, excluded, k }: PhraseConditions,
): Promise<SearchOutcome> {
  // A single word is its own row.
  const isSeveral = (phrase: string): boolean => /[^\p{L}\p{N}]|[^\p{Script=Latin}\p{N}]/u.test(phrase.trim());
  if (!phrases.some(isSeveral) && !excluded.some(isSeveral)) return search(k);
  // Folding of duplicates may give fewer than were asked for: the end is where asking for more gives no more.
  let lastCount = 0;
  for (let wanted = Math.max(1, k) * WIDENING; ; wanted *= WIDENING) {
    const outcome = await search(wanted);
    const chunks = await library.readChunks(outcome.hits.map(({ chunkId }) => chunkId));
    const kept = new Set(
      chunks.filter((chunk) => fits(chunk, library, phrases, excluded)).map(({ chunkId }) => chunkId),
    );
    const hits = outcome.hits.filter(({ chunkId }) => kept.has(chunkId));
    if (hits.length >= k || outcome.hits.length === lastCount || wanted >= MOST_READ) {
      return { ...outcome, hits: hits.slice(0, k), nearMisses: [] };
    }
    lastCount = outcome.hits.length;
  }
}

function fits(chunk: Chunk, library: Library, phrases: readonly string[], excluded: readonly string[]): boolean {
  const document = library.state.documents.get(chunk.documentId);
  const { body, title, headings, fileName } = indexable(chunk, document?.title ?? '', document?.path ?? '');
  const fields = [body, title, headings, fileName];
  const holds = (phrase: string): boolean => fields.some((field) => holdsPhrase(field, phrase));
  return phrases.every(holds) && !excluded.some(holds);
}
