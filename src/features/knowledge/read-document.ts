import type { SourceDocument } from '../../domain/document.ts';
import type { ExtractProblem } from '../../domain/extracted.ts';
import type { Extractor, ReadingProgress } from '../../platform/compute/ports.ts';
import type { ChunkingSettings } from '../../domain/settings.ts';
import type { Library, VectorSpace } from './library.ts';
import { sourceDate } from './source-date.ts';

export type ReadOutcome =
  | { readonly kind: 'published'; readonly document: SourceDocument; readonly reusedCount: number }
  | { readonly kind: 'failed'; readonly document: SourceDocument; readonly problem: ExtractProblem };

export interface ReadDeps {
  readonly library: Library;
  readonly extractor: Extractor;
  readonly chunking: ChunkingSettings;
  readonly spaces: readonly VectorSpace[];
  readonly now: () => number;
}

/**
 * Reads a document's pending version and publishes it. A file that cannot be read is recorded with its problem;
 * if an older version of it was readable, that one stays.
 */
export async function readDocument(
  document: SourceDocument,
  deps: ReadDeps,
  options: { readonly signal: AbortSignal; readonly onProgress?: (progress: ReadingProgress) => void },
): Promise<ReadOutcome> {
  const { library } = deps;
  const versionId = document.pendingVersionId ?? document.currentVersionId;
  const source = await library.readSource(versionId);
  const bytes = source.buffer.slice(source.byteOffset, source.byteOffset + source.byteLength) as ArrayBuffer;
  const { outcome, chunks } = await deps.extractor.extract(
    { bytes, path: document.path, mediaType: '' },
    deps.chunking,
    options,
  );

  const { pendingVersionId: _, problem: __, ...settled } = document;
  if (outcome.kind === 'problem') {
    const { problem } = outcome;
    const isFirst = document.status === 'staged' || document.status === 'failed';
    const failed: SourceDocument = isFirst
      ? { ...settled, currentVersionId: versionId, status: 'failed', problem, updatedAt: deps.now() }
      : { ...settled, problem, updatedAt: deps.now() };
    await library.updateDocument(failed, isFirst ? [] : [versionId]);
    return { kind: 'failed', document: failed, problem };
  }
  const extracted = outcome.document;
  const datedAt = sourceDate(extracted) ?? (await library.findVersion(versionId))?.fileModifiedAt;
  const published: SourceDocument = {
    ...settled,
    title: extracted.title,
    status: 'searchable',
    currentVersionId: versionId,
    format: extracted.format,
    sizeBytes: source.length,
    tags: extracted.tags,
    chunkCount: chunks.length,
    warnings: extracted.warnings,
    updatedAt: deps.now(),
    ...(datedAt !== undefined && { datedAt }),
    ...(extracted.pages && { pageCount: extracted.pages.length }),
  };
  const { reusedCount } = await library.publish(published, versionId, extracted, chunks, deps.spaces);
  return { kind: 'published', document: published, reusedCount };
}
