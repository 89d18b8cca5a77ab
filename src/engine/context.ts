import type { Chunk } from '../domain/chunk.ts';
import type { Passage } from '../domain/citation.ts';
import type { ChunkId, VersionId } from '../domain/ids.ts';

/** Where the texts are. Every lookup may come back empty: what is gone is left out. */
export interface ContextLookup {
  chunkOf(chunkId: ChunkId): Chunk | undefined;
  /** `position` counts the version's chunks from 0. */
  chunkAt(versionId: VersionId, position: number): Chunk | undefined;
  /** What a citation shows of the document a chunk comes from. */
  sourceOf(chunk: Chunk): { readonly title: string; readonly path: string };
}

export interface ContextOptions {
  /** Upper bound of the passages' tokens together. */
  readonly budgetTokens: number;
  /** Chunks wanted on each side of a hit. */
  readonly neighbourCount: number;
}

/** Chunks of one version that follow one another, and the best hit among them. */
interface Run {
  readonly versionId: VersionId;
  first: number;
  last: number;
  readonly rank: number;
  readonly hit: Chunk;
  readonly chunks: Map<number, Chunk>;
}

/**
 * Makes numbered passages of hits, best first. Hits come before neighbours in using up the budget, and neighbours of
 * better hits before those of worse ones; a hit that no longer fits is passed over, except that the best one is cut
 * to fit. Chunks of one version that touch or overlap become one passage with their shared text once, cited by the
 * best hit in it. A hit with the same content as an earlier one is left out. Markers run from 1 without gaps;
 * `tokenCount` is an upper bound, as overlaps are counted twice. Pure.
 */
export function packContext(
  hits: readonly { readonly chunkId: ChunkId }[],
  lookup: ContextLookup,
  { budgetTokens, neighbourCount }: ContextOptions,
): Passage[] {
  const runs: Run[] = [];
  const seen = new Set<string>();
  let left = budgetTokens;
  hits.forEach(({ chunkId }, rank) => {
    const found = lookup.chunkOf(chunkId);
    if (found === undefined || seen.has(found.identity)) return;
    const chunk = left < found.tokenCount && runs.length === 0 ? cutToFit(found, left) : found;
    if (chunk.tokenCount > left || chunk.text === '') return;
    seen.add(found.identity);
    left -= chunk.tokenCount;
    const { versionId, position } = chunk;
    runs.push({ versionId, first: position, last: position, rank, hit: chunk, chunks: new Map([[position, chunk]]) });
  });
  for (let distance = 1; distance <= neighbourCount; distance++) {
    for (const run of runs) {
      for (const position of [run.first - 1, run.last + 1]) {
        if (runs.some((other) => other.versionId === run.versionId && other.chunks.has(position))) continue;
        const neighbour = position < 0 ? undefined : lookup.chunkAt(run.versionId, position);
        if (neighbour === undefined || neighbour.tokenCount > left) continue;
        left -= neighbour.tokenCount;
        run.chunks.set(position, neighbour);
        if (position < run.first) run.first = position;
        else run.last = position;
      }
    }
  }
  return mergeRuns(runs).map((run, index) => passageOf(run, index + 1, lookup));
}

/** Joins runs that touch; the outcome is in order of each one's best rank. */
function mergeRuns(runs: readonly Run[]): Run[] {
  const merged: Run[] = [];
  const byPlace = [...runs].sort((a, b) =>
    a.versionId < b.versionId ? -1 : a.versionId > b.versionId ? 1 : a.first - b.first,
  );
  for (const run of byPlace) {
    const previous = merged.at(-1);
    if (previous?.versionId !== run.versionId || run.first > previous.last + 1) {
      merged.push(run);
      continue;
    }
    const best = run.rank < previous.rank ? run : previous;
    merged[merged.length - 1] = {
      ...best,
      first: previous.first,
      last: Math.max(previous.last, run.last),
      chunks: new Map([...previous.chunks, ...run.chunks]),
    };
  }
  return merged.sort((a, b) => a.rank - b.rank);
}

function passageOf(run: Run, marker: number, lookup: ContextLookup): Passage {
  const chunks = [...run.chunks.values()].sort((a, b) => a.position - b.position);
  let text = '';
  let tokenCount = 0;
  let previous: Chunk | undefined;
  for (const chunk of chunks) {
    text = previous === undefined ? chunk.text : joinTexts(text, chunk.text, sharedLength(previous, chunk));
    tokenCount += chunk.tokenCount;
    previous = chunk;
  }
  const { chunkId, documentId, versionId, locator, quote, headingPath } = run.hit;
  return {
    marker,
    citation: { marker, chunkId, documentId, versionId, ...lookup.sourceOf(run.hit), locator, quote },
    headingPath,
    text,
    tokenCount,
  };
}

/** Code units of the canonical text that both chunks cover. */
function sharedLength(earlier: Chunk, later: Chunk): number {
  return Math.max(0, earlier.locator.range.end - later.locator.range.start);
}

/** Appends without repeating what both share: at most `shared` code units, and only what is really equal. */
function joinTexts(earlier: string, later: string, shared: number): string {
  for (let length = Math.min(shared, earlier.length, later.length); length > 0; length--) {
    if (earlier.endsWith(later.slice(0, length))) return earlier + later.slice(length);
  }
  return `${earlier}\n\n${later}`;
}

/** The start of a chunk, to the end of a sentence or a word, in proportion to the tokens there is room for. */
function cutToFit(chunk: Chunk, budgetTokens: number): Chunk {
  if (budgetTokens < 1) return { ...chunk, text: '', tokenCount: 0 };
  const limit = Math.floor((chunk.text.length * budgetTokens) / chunk.tokenCount);
  const start = chunk.text.slice(0, limit);
  const sentenceEnd = Math.max(start.lastIndexOf('. '), start.lastIndexOf('.\n'), start.lastIndexOf('。')) + 1;
  const end = sentenceEnd > limit / 2 ? sentenceEnd : start.lastIndexOf(' ');
  return { ...chunk, text: start.slice(0, end > 0 ? end : limit).toWellFormed(), tokenCount: budgetTokens };
}
