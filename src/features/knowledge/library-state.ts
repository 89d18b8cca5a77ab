import type { ChunkId, ContentIdentity, DocumentId, SegmentId, VersionId } from '../../domain/ids.ts';
import type { SourceDocument } from '../../domain/document.ts';
import type { Manifest, SegmentEntry, SegmentTable } from './manifest.ts';
import { EMPTY_MANIFEST } from './manifest.ts';

export interface ChunkPlace {
  readonly segmentId: SegmentId;
  readonly ordinal: number;
}

/** What the library knows without reading a text: documents, the manifest, and where every live chunk stands. */
export class LibraryState {
  manifest: Manifest = EMPTY_MANIFEST;
  readonly documents = new Map<DocumentId, SourceDocument>();
  readonly tables = new Map<SegmentId, SegmentTable>();
  readonly #entries = new Map<SegmentId, SegmentEntry>();
  readonly #places = new Map<ChunkId, ChunkPlace>();
  readonly #byIdentity = new Map<ContentIdentity, ChunkId>();
  readonly #byVersion = new Map<VersionId, Map<number, ChunkId>>();
  readonly #byPath = new Map<string, DocumentId>();

  putDocument(document: SourceDocument): void {
    this.documents.set(document.documentId, document);
    this.#byPath.set(document.path, document.documentId);
  }

  removeDocument(documentId: DocumentId): void {
    const document = this.documents.get(documentId);
    if (!document) return;
    this.documents.delete(documentId);
    this.#byPath.delete(document.path);
  }

  documentAtPath(path: string): SourceDocument | undefined {
    const id = this.#byPath.get(path);
    return id && this.documents.get(id);
  }

  entry(segmentId: SegmentId): SegmentEntry | undefined {
    return this.#entries.get(segmentId);
  }

  place(chunkId: ChunkId): ChunkPlace | undefined {
    return this.#places.get(chunkId);
  }

  /** A live chunk with this content, wherever it stands. */
  chunkWithIdentity(identity: ContentIdentity): ChunkId | undefined {
    return this.#byIdentity.get(identity);
  }

  /** The version's live chunks by position; empty when it is not indexed (any more). */
  chunksOfVersion(versionId: VersionId): ReadonlyMap<number, ChunkId> {
    return this.#byVersion.get(versionId) ?? new Map<number, ChunkId>();
  }

  get liveChunkCount(): number {
    return this.#places.size;
  }

  /** Takes over a new manifest with the tables of the segments it adds. */
  apply(manifest: Manifest, addedTables: ReadonlyMap<SegmentId, SegmentTable>): void {
    const kept = new Set(manifest.segments.map((entry) => entry.segmentId));
    for (const [segmentId, entry] of this.#entries) {
      if (!kept.has(segmentId)) {
        this.#forget(entry, new Set(entry.tombstones));
        this.#entries.delete(segmentId);
        this.tables.delete(segmentId);
      }
    }
    for (const [segmentId, table] of addedTables) this.tables.set(segmentId, table);
    for (const entry of manifest.segments) {
      const known = this.#entries.get(entry.segmentId);
      this.#entries.set(entry.segmentId, entry);
      if (!known) this.#remember(entry);
      else if (known.tombstones !== entry.tombstones) this.#bury(entry, known);
    }
    this.manifest = manifest;
  }

  #remember(entry: SegmentEntry): void {
    const table = this.#tableOf(entry);
    const dead = new Set(entry.tombstones);
    for (let ordinal = 0; ordinal < entry.chunkCount; ordinal++) {
      if (dead.has(ordinal)) continue;
      const chunkId = table.chunkIds[ordinal]!;
      this.#places.set(chunkId, { segmentId: entry.segmentId, ordinal });
      this.#byIdentity.set(table.identities[ordinal]!, chunkId);
      const versionId = table.versionIds[ordinal]!;
      let siblings = this.#byVersion.get(versionId);
      if (!siblings) this.#byVersion.set(versionId, (siblings = new Map<number, ChunkId>()));
      siblings.set(table.positions[ordinal]!, chunkId);
    }
  }

  #bury(entry: SegmentEntry, known: SegmentEntry): void {
    const already = new Set(known.tombstones);
    const fresh = entry.tombstones.filter((ordinal) => !already.has(ordinal));
    this.#forgetOrdinals(entry, fresh);
  }

  #forget(entry: SegmentEntry, dead: ReadonlySet<number>): void {
    const live: number[] = [];
    for (let ordinal = 0; ordinal < entry.chunkCount; ordinal++) if (!dead.has(ordinal)) live.push(ordinal);
    this.#forgetOrdinals(entry, live);
  }

  #forgetOrdinals(entry: SegmentEntry, ordinals: readonly number[]): void {
    const table = this.#tableOf(entry);
    for (const ordinal of ordinals) {
      const chunkId = table.chunkIds[ordinal]!;
      this.#places.delete(chunkId);
      const identity = table.identities[ordinal]!;
      if (this.#byIdentity.get(identity) === chunkId) this.#byIdentity.delete(identity);
      const versionId = table.versionIds[ordinal]!;
      const siblings = this.#byVersion.get(versionId);
      siblings?.delete(table.positions[ordinal]!);
      if (siblings?.size === 0) this.#byVersion.delete(versionId);
    }
  }

  #tableOf(entry: SegmentEntry): SegmentTable {
    const table = this.tables.get(entry.segmentId);
    if (!table) throw new RangeError(`Segment ${entry.segmentId} has no table.`);
    return table;
  }
}
