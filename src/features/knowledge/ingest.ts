import type { SourceDocument } from '../../domain/document.ts';
import type { DocumentId } from '../../domain/ids.ts';
import type { IngestEvent } from '../../domain/ingest-event.ts';
import type { ChunkingSettings } from '../../domain/settings.ts';
import type { Extractor } from '../../platform/compute/ports.ts';
import { EventQueue } from './event-queue.ts';
import type { IdentityOf, Library } from './library.ts';
import type { EmbeddingProgress, Meaning } from './meaning.ts';
import { readDocument } from './read-document.ts';
import { describeFailure } from './ingest-problem.ts';
import { stageFile, unstage } from './stage.ts';
import type { IncomingFile } from './stage.ts';
import type { PauseGate } from './turnstile.ts';

export interface IngestDeps {
  readonly library: Library;
  readonly meaning: Meaning;
  readonly extractor: Extractor;
  readonly identityOf: IdentityOf;
  readonly chunking: () => ChunkingSettings;
  readonly pause: PauseGate;
  /** One file's worker starts and parses while another's passages are sealed and written. */
  readonly filesAtOnce: number;
  readonly now: () => number;
}

/**
 * The way in, file by file: stage (seal the bytes; from here a reload resumes) → extract → chunk → seal, store and
 * index (found by words) → embed (found by meaning). Staging, reading and embedding overlap; events come in the
 * order they happen. Aborting cancels what is not yet read; what is read stays.
 */
export async function* ingest(
  files: readonly IncomingFile[],
  deps: IngestDeps,
  { signal }: { readonly signal: AbortSignal },
): AsyncGenerator<IngestEvent, void, undefined> {
  const staged = new EventQueue<SourceDocument>();
  yield* runImport(deps, signal, staged, async (emit) => {
    await deps.library.whenWhole();
    for (const { path, file } of files) emit({ type: 'waiting', path, sizeBytes: file.size });
    for (const incoming of files) {
      const { path } = incoming;
      if (signal.aborted) {
        emit({ type: 'cancelled', path });
        continue;
      }
      await stageOne(incoming, deps, emit, staged);
    }
  });
}

/** Goes on with documents that an earlier session sealed but did not finish. */
export async function* resumeIngest(
  deps: IngestDeps,
  { signal }: { readonly signal: AbortSignal },
): AsyncGenerator<IngestEvent, void, undefined> {
  const staged = new EventQueue<SourceDocument>();
  yield* runImport(deps, signal, staged, async (emit) => {
    await deps.library.whenWhole();
    for (const document of unfinishedDocuments(deps.library)) {
      const { path, documentId, sizeBytes } = document;
      emit({ type: 'waiting', path, sizeBytes, documentId });
      staged.push(document);
    }
    deps.meaning.wake();
  });
}

export function unfinishedDocuments(library: Library): SourceDocument[] {
  return [...library.state.documents.values()].filter((document) => document.pendingVersionId !== undefined);
}

type Emit = (event: IngestEvent) => void;

async function* runImport(
  deps: IngestDeps,
  signal: AbortSignal,
  staged: EventQueue<SourceDocument>,
  feed: (emit: Emit) => Promise<void>,
): AsyncGenerator<IngestEvent, void, undefined> {
  const events = new EventQueue<IngestEvent>();
  const emit: Emit = (event) => {
    events.push(event);
  };
  const paths = new Map<DocumentId, string>();
  const stopListening = deps.meaning.onProgress(({ documentId, done, total }: EmbeddingProgress) => {
    const path = paths.get(documentId);
    if (path && done < total) emit({ type: 'embedding', path, documentId, done, total });
    else if (path) finish(documentId, path);
  });
  const finish = (documentId: DocumentId, path: string): void => {
    paths.delete(documentId);
    const document = deps.library.state.documents.get(documentId);
    emit({ type: 'done', path, documentId, chunkCount: document?.chunkCount ?? 0, warnings: document?.warnings ?? [] });
  };
  const feeding = feed(emit).finally(() => {
    staged.close();
  });
  const readers = Array.from({ length: deps.filesAtOnce }, () => readStaged(staged, deps, signal, emit, paths));
  void Promise.all([feeding, ...readers])
    .then(() => deps.meaning.settled())
    .then(() => {
      // Without a model there is nothing to wait for: found by words is all there is.
      for (const [documentId, path] of paths) finish(documentId, path);
    })
    .then(
      () => {
        events.close();
      },
      (error: unknown) => {
        events.fail(error);
      },
    );
  try {
    yield* events;
  } finally {
    stopListening();
  }
}

async function stageOne(
  incoming: IncomingFile,
  deps: IngestDeps,
  emit: Emit,
  staged: EventQueue<SourceDocument>,
): Promise<void> {
  const { path } = incoming;
  try {
    const outcome = await stageFile(incoming, deps);
    switch (outcome.kind) {
      case 'refused':
        emit({ type: 'failed', path, problem: outcome.problem });
        return;
      case 'unchanged':
        emit({ type: 'unchanged', path, documentId: outcome.document.documentId });
        return;
      case 'staged':
        emit({ type: 'staged', path, documentId: outcome.document.documentId });
        staged.push(outcome.document);
    }
  } catch (error) {
    emit({ type: 'failed', path, problem: describeFailure(error) });
  }
}

async function readStaged(
  staged: AsyncIterable<SourceDocument>,
  deps: IngestDeps,
  signal: AbortSignal,
  emit: Emit,
  paths: Map<DocumentId, string>,
): Promise<void> {
  for await (const { documentId } of staged) {
    // Read anew: the document may have been deleted or staged again while it waited.
    const document = deps.library.state.documents.get(documentId);
    if (!document?.pendingVersionId) continue;
    const { path } = document;
    try {
      await deps.pause.wait(signal);
      // A changed file takes the vectors of its unchanged passages along, for which the model must be known.
      if (document.status !== 'staged') await deps.meaning.whenLoaded();
      const { chunking, ...rest } = deps;
      const onProgress = (progress: { unit: 'page' | 'part'; done: number; total: number }): void => {
        emit({ type: 'reading', path, documentId, ...progress });
      };
      const readDeps = { ...rest, chunking: chunking(), spaces: deps.meaning.spaces };
      const outcome = await readDocument(document, readDeps, { signal, onProgress });
      if (outcome.kind === 'failed') {
        emit({ type: 'failed', path, documentId, problem: outcome.problem });
        continue;
      }
      const { chunkCount } = outcome.document;
      emit({ type: 'searchable', path, documentId, chunkCount, reusedCount: outcome.reusedCount });
      paths.set(documentId, path);
      deps.meaning.wake();
    } catch (error) {
      if (signal.aborted) {
        await unstage(document, deps.library);
        emit({ type: 'cancelled', path });
      } else emit({ type: 'failed', path, documentId, problem: describeFailure(error) });
    }
  }
}
