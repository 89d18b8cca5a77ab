import type { DocumentId } from '../../domain/ids.ts';
import {
  joinPassages,
  NO_ROWS,
  splitPassages,
  type PassageRows,
  type PassageVectors,
} from '../../domain/passage-vectors.ts';
import type { BuiltVectors, Embedder, Searcher } from '../../platform/compute/ports.ts';
import type { Library, VectorSpace } from './library.ts';
import type { SegmentEntry } from './manifest.ts';
import { embeddingText } from './segment-writer.ts';
import type { PauseGate } from './turnstile.ts';

/** Texts read ahead, among which the model finds those that go well together: the more, the less is padded. */
const LOOK_AHEAD = 512;

export interface EmbeddingPassDeps {
  readonly library: Library;
  readonly searcher: Searcher;
  readonly embedder: Embedder;
  readonly pause: PauseGate;
  /** Chunks of documents embedded in the batch just done, not yet stored, and the time it took. */
  readonly onBatch: (documentIds: readonly DocumentId[], ms: number) => void;
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
    const entry = library.state.manifest.segments.find(
      (candidate) => !isEmbedded(candidate, space) && library.state.tables.has(candidate.segmentId),
    );
    if (!entry) return;
    const built = await embedSegment(entry, space, deps, options);
    await library.putVectors(entry.segmentId, space, built);
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
): Promise<BuiltVectors> {
  const { dimensions } = space;
  const table = library.state.tables.get(entry.segmentId);
  const passageOf = new Array<PassageRows>(entry.chunkCount).fill(NO_ROWS);
  const build = (): Promise<BuiltVectors> => searcher.buildVectors(joinPassages(passageOf, dimensions), dimensions);
  if (!table) return build();
  const take = (passages: PassageVectors, ordinals: readonly number[]): void => {
    const split = splitPassages(passages, dimensions);
    for (const [index, ordinal] of ordinals.entries()) passageOf[ordinal] = split[index] ?? NO_ROWS;
  };
  const { chunkIds } = table;
  const ordinalOf = new Map(chunkIds.map((chunkId, ordinal) => [chunkId, ordinal]));
  if (entry.vectors[space.modelKey] && library.space?.modelKey === space.modelKey) {
    await library.exact.bringIn([entry.segmentId], space);
    take(await searcher.readVectors(chunkIds, space.modelKey), [...chunkIds.keys()]);
  }
  const dead = new Set(entry.tombstones);
  const missing = passageOf.flatMap(({ rows }, ordinal) => (rows.length === 0 && !dead.has(ordinal) ? [ordinal] : []));
  for (let first = 0; first < missing.length; first += LOOK_AHEAD) {
    await pause.wait(signal);
    const ahead = missing.slice(first, first + LOOK_AHEAD);
    // A chunk deleted since the pass began is no longer read; it stays without a vector.
    const chunks = await library.readChunks(ahead.map((ordinal) => chunkIds[ordinal]!));
    const texts = chunks.map(embeddingText);
    // Batch by batch, so that a question can come in between, progress is seen and the work can be stopped.
    for (const batch of await embedder.planBatches(texts, { signal })) {
      await pause.wait(signal);
      const startedAt = performance.now();
      const passages = await embedder.embedPassages(
        batch.map((index) => texts[index]!),
        { signal },
      );
      const done = batch.map((index) => chunks[index]!);
      take(
        passages,
        done.map((chunk) => ordinalOf.get(chunk.chunkId)!),
      );
      onBatch(
        done.map((chunk) => chunk.documentId),
        performance.now() - startedAt,
      );
    }
  }
  return build();
}
