import type { ChunkId, ContentIdentity, DocumentId, VersionId } from './ids.ts';
import type { TextRange } from './extracted.ts';

/** Where a passage stands in its source, in the terms of that source. `range` points into the version's canonical text. */
export type Locator =
  | { readonly kind: 'page'; readonly page: number; readonly range: TextRange }
  | { readonly kind: 'heading'; readonly path: readonly string[]; readonly range: TextRange }
  | { readonly kind: 'row'; readonly firstRow: number; readonly lastRow: number; readonly range: TextRange }
  | { readonly kind: 'path'; readonly path: string; readonly range: TextRange }
  | { readonly kind: 'time'; readonly startMs: number; readonly endMs: number; readonly range: TextRange }
  | { readonly kind: 'text'; readonly range: TextRange };

/** A W3C text quote selector: enough to find the passage again after the source has changed. */
export interface TextQuote {
  readonly exact: string;
  /** Up to 48 code units before and after. */
  readonly prefix: string;
  readonly suffix: string;
}

/** What the chunker makes, before the vault gives it identity. */
export interface ChunkDraft {
  /** The text that is searched and shown: for a table part, its header row is repeated at the start. */
  readonly text: string;
  /** Titles from the document's title down to the nearest heading: searched as a field and embedded as context. */
  readonly headingPath: readonly string[];
  readonly locator: Locator;
  readonly quote: TextQuote;
  readonly tokenCount: number;
}

/** A piece of a document version that is indexed. */
export interface Chunk extends ChunkDraft {
  readonly chunkId: ChunkId;
  readonly documentId: DocumentId;
  readonly versionId: VersionId;
  /** Position among the version's chunks, from 0. */
  readonly position: number;
  readonly identity: ContentIdentity;
}
