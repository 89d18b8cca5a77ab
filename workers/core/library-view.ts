import type { SourceDocument } from '../../src/domain/document.ts';
import { isEmbedded } from '../../src/features/knowledge/embedding-pass.ts';
import { unfinishedDocuments } from '../../src/features/knowledge/ingest.ts';
import type { LibraryEvent, LibraryView } from './api.ts';
import type { Session } from './session.ts';

/** The view is rebuilt at most this often, and less often the larger the library is. */
const MIN_INTERVAL_MS = 200;
const INTERVAL_MS_PER_DOCUMENT = 0.05;

/** The library as the window draws it: now, and after each change, until the signal aborts. */
export async function* watchLibrary(
  session: Session,
  signal: AbortSignal,
): AsyncGenerator<LibraryEvent, void, undefined> {
  let hasChanged = true;
  let wake: () => void = () => undefined;
  const stop = session.onChange(() => {
    hasChanged = true;
    wake();
  });
  const onAbort = (): void => {
    wake();
  };
  signal.addEventListener('abort', onAbort);
  try {
    // Just after unlocking, documents are still coming in; a half-full list would look like a loss.
    await session.library.whenWhole();
    while (!signal.aborted) {
      if (session.isTakenOver) {
        yield { type: 'taken-over' };
        return;
      }
      if (hasChanged) {
        hasChanged = false;
        const view = viewOf(session);
        yield { type: 'library', view };
        await delay(MIN_INTERVAL_MS + view.documents.length * INTERVAL_MS_PER_DOCUMENT, signal);
      } else {
        await new Promise<void>((resolve) => (wake = resolve));
      }
    }
  } finally {
    stop();
    signal.removeEventListener('abort', onAbort);
  }
}

function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function viewOf(session: Session): LibraryView {
  const { library, meaning, imports } = session;
  const { state } = library;
  const waiting = new Set<string>();
  const { space } = library;
  if (space) {
    for (const entry of state.manifest.segments) {
      if (isEmbedded(entry, space)) continue;
      for (const documentId of state.tables.get(entry.segmentId)?.documentIds ?? []) waiting.add(documentId);
    }
  }
  let sizeBytes = 0;
  const documents: SourceDocument[] = [];
  for (const document of state.documents.values()) {
    sizeBytes += document.sizeBytes;
    const isReady = document.status === 'searchable' && !waiting.has(document.documentId);
    documents.push(isReady ? { ...document, status: 'ready' } : document);
  }
  return {
    documents,
    chunkCount: state.liveChunkCount,
    embeddedCount: meaning.embeddedCount,
    sizeBytes,
    isImporting: imports.count > 0,
    isPaused: session.pause.isPaused,
    unfinishedCount: imports.count > 0 ? 0 : unfinishedDocuments(library).length,
    damagedCount: session.damagedCount + session.conversations.damagedCount,
    unreadCount: library.health.current.unreadCount,
    model: meaning.state,
  };
}
