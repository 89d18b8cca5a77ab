import type { IngestEvent } from '../../src/domain/ingest-event.ts';
import { EventQueue } from '../../src/features/knowledge/event-queue.ts';
import type { Session } from './session.ts';

/** Counts an import as going on for as long as its events are. */
export async function* imported<Work>(
  session: Session,
  loading: Promise<Work>,
  start: (work: Work) => AsyncIterable<IngestEvent>,
): AsyncGenerator<IngestEvent, void, undefined> {
  session.imports.count++;
  session.changed();
  try {
    yield* start(await loading);
  } finally {
    session.imports.count--;
    if (session.imports.count === 0) session.endImport();
    session.changed();
  }
}

/** Work that goes on to its end even when nobody reads its events any more: what it stores must be stored. */
export async function* carriedThrough<E>(events: AsyncIterable<E>): AsyncGenerator<E, void, undefined> {
  const queue = new EventQueue<E>();
  void (async () => {
    try {
      for await (const event of events) queue.push(event);
      queue.close();
    } catch (error) {
      queue.fail(error);
    }
  })();
  yield* queue;
}
