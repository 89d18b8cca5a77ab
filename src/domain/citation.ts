import type { ChunkId, DocumentId, VersionId } from './ids.ts';
import type { Locator, TextQuote } from './chunk.ts';

/** A pointer from an answer to the passage it rests on. Stored with the message; opens even after the source changed. */
export interface Citation {
  /** The number shown, as in `[3]`. */
  readonly marker: number;
  readonly chunkId: ChunkId;
  readonly documentId: DocumentId;
  readonly versionId: VersionId;
  readonly title: string;
  readonly path: string;
  readonly locator: Locator;
  readonly quote: TextQuote;
}

/** Evidence as it is shown and as the model sees it: a chunk with its neighbours, numbered. */
export interface Passage {
  readonly marker: number;
  readonly citation: Citation;
  readonly headingPath: readonly string[];
  readonly text: string;
  readonly tokenCount: number;
}
