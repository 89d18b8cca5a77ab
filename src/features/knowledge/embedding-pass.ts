import type { DocumentId } from '../../domain/ids.ts';
import type { Embedder, Searcher } from '../../platform/compute/ports.ts';
import type { Library, VectorSpace } from './library.ts';
import type { SegmentEntry } from './manifest.ts';
import { embeddingText } from './segment-writer.ts';
import type { PauseGate } from './turnstile.ts';

/** Texts sent to the model at once: small, so that a question waits for little and progress is seen. */
const BATCH_SIZE = 16;

export interface EmbeddingPassDeps {
  readonly library: Library;
  readonly searcher: Searcher;
  readonly embedder: Embedder;
  readonly pause: PauseGate;
  /** Chunks of documents embedded in the batch just done, not yet stored. */
  readonly onBatch: (documentIds: readonly DocumentId[]) => void;
  /** A segment's vectors are on disk. */
  readonly onStored: (documentIds: ReadonlySet<DocumentId>) => void;
}

/** Embeds every segment that lacks vectors under `space`, oldest first, until none is left. Resumable at any point. */
export async function embedMissing(
  space: VectorSpace,
  deps: EmbeddingPassDeps,
  options: { readonly signal: AbortSignal },
): Promise<void> {
  const { library } = deps;
  for (;;) {
    await deps.pause.wait(options.signal);
    const entry = library.state.manifest.segments.find((candidate) => !isEmbedded(candidate, space));
    if (!entry) return;
    const bytes = await embedSegment(entry, space, deps, options);
    await library.putVectors(entry.segmentId, space, bytes);
    deps.onStored(new Set(library.state.tables.get(entry.segmentId)?.documentIds));
  }
}

/** Whether every chunk of the segment has its vector. */
export function isEmbedded(entry: SegmentEntry, space: VectorSpace): boolean {
  return entry.vectors[space.modelKey]?.isComplete === true;
}

async function embedSegment(
  entry: SegmentEntry,
  space: VectorSpace,
  { library, searcher, embedder, pause, onBatch }: EmbeddingPassDeps,
  { signal }: { readonly signal: AbortSignal },
): Promise<Uint8Array> {
  const { dimensions } = space;
  const table = library.state.tables.get(entry.segmentId);
  const rows = new Float32Array(entry.chunkCount * dimensions);
  if (!table) return searcher.buildVectors(rows, dimensions);
  if (entry.vectors[space.modelKey] && library.space?.modelKey === space.modelKey) {
    rows.set(await searcher.readVectors(table.chunkIds, space.modelKey));
  }
  const dead = new Set(entry.tombstones);
  const missing: number[] = [];
  for (let ordinal = 0; ordinal < entry.chunkCount; ordinal++) {
    const isKnown = rows.subarray(ordinal * dimensions, (ordinal + 1) * dimensions).some((value) => value !== 0);
    if (!isKnown && !dead.has(ordinal)) missing.push(ordinal);
  }
  for (let first = 0; first < missing.length; first += BATCH_SIZE) {
    await pause.wait(signal);
    const ordinals = missing.slice(first, first + BATCH_SIZE);
    // A chunk deleted since the pass began is no longer read; its row stays zero.
    const chunks = await library.readChunks(ordinals.map((ordinal) => table.chunkIds[ordinal]!));
    const vectors = await embedder.embed(chunks.map(embeddingText), 'passage', { signal });
    for (const [index, chunk] of chunks.entries()) {
      const ordinal = table.chunkIds.indexOf(chunk.chunkId);
      rows.set(vectors.subarray(index * dimensions, (index + 1) * dimensions), ordinal * dimensions);
    }
    onBatch(chunks.map((chunk) => chunk.documentId));
  }
  return searcher.buildVectors(rows, dimensions);
}
