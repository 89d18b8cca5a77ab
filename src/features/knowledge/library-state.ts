import type { ChunkId, ContentIdentity, DocumentId, SegmentId, VersionId } from '../../domain/ids.ts';
import { idToBytes } from '../../domain/ids.ts';
import type { SourceDocument } from '../../domain/document.ts';
import { LruMap } from './lru.ts';
import { EMPTY_MANIFEST } from './manifest.ts';
import type { Manifest, SegmentEntry } from './manifest.ts';
import { SegmentIds } from './segment-ids.ts';
import type { SegmentTable } from './segment-table.ts';

export interface ChunkPlace {
  readonly segmentId: SegmentId;
  readonly ordinal: number;
}

interface KnownVersion {
  readonly manifest: Manifest;
  readonly chunks: ReadonlyMap<number, ChunkId>;
}

const CHUNKS_OF_KNOWN_VERSIONS = 50_000;

/** What the library knows without reading a text: documents, the manifest, and where every live chunk stands. */
export class LibraryState {
  manifest: Manifest = EMPTY_MANIFEST;
  /** Whether `documents` holds them all. */
  isWhole = false;
  readonly documents = new Map<DocumentId, SourceDocument>();
  readonly tables = new Map<SegmentId, SegmentTable>();
  readonly #entries = new Map<SegmentId, SegmentEntry>();
  /** For each segment with deleted chunks, 1 for each of them. */
  readonly #dead = new Map<SegmentId, Uint8Array>();
  readonly #ids = new SegmentIds();
  /** What was asked last, good for as long as the manifest is the same: one answer asks for a version many times. */
  readonly #versions = new LruMap<VersionId, KnownVersion>(CHUNKS_OF_KNOWN_VERSIONS);
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

  isLive(segmentId: SegmentId, ordinal: number): boolean {
    return this.#entries.has(segmentId) && this.#dead.get(segmentId)?.[ordinal] !== 1;
  }

  /** Makes `place` quick for these while ids are not indexed yet. */
  preparePlaces(chunkIds: readonly ChunkId[]): void {
    this.#ids.prepareChunks(chunkIds.map(idToBytes));
  }

  place(chunkId: ChunkId): ChunkPlace | undefined {
    return this.#ids.findChunk(idToBytes(chunkId), (segmentId, ordinal) => this.isLive(segmentId, ordinal));
  }

  /** The document of a live chunk. */
  documentOf(chunkId: ChunkId): DocumentId | undefined {
    const place = this.place(chunkId);
    return place && this.tables.get(place.segmentId)?.documentOf(place.ordinal);
  }

  /** A live chunk with this content, wherever it stands. */
  chunkWithIdentity(identity: ContentIdentity): ChunkId | undefined {
    const place = this.#ids.findIdentity(idToBytes(identity), (segmentId, at) => this.isLive(segmentId, at));
    return place && this.tables.get(place.segmentId)?.chunkColumn.at(place.ordinal);
  }

  /** Live chunks of the same version, up to `count` on each side; none for a chunk that is gone. */
  neighbours(chunkId: ChunkId, count: number): ChunkId[] {
    const place = this.place(chunkId);
    const table = place && this.tables.get(place.segmentId);
    if (!table) return [];
    const { segmentId, ordinal } = place;
    const { versionPlaces, positions } = table;
    const version = versionPlaces[ordinal] ?? 0;
    const position = positions[ordinal] ?? 0;
    const found: ChunkId[] = [];
    for (let distance = -count; distance <= count; distance++) {
      if (distance === 0 || position + distance < 0) continue;
      const beside = ordinal + distance;
      // Nearly always a version's chunks lie side by side; where a segment ends or was merged they are looked for.
      const isBeside =
        versionPlaces[beside] === version &&
        positions[beside] === position + distance &&
        this.isLive(segmentId, beside);
      const neighbour = isBeside
        ? table.chunkColumn.at(beside)
        : this.chunksOfVersion(table.versionColumn.at(version)).get(position + distance);
      if (neighbour) found.push(neighbour);
    }
    return found;
  }

  /** The version's live chunks by position; empty when it is not indexed (any more). */
  chunksOfVersion(versionId: VersionId): ReadonlyMap<number, ChunkId> {
    const known = this.#versions.find(versionId);
    if (known?.manifest === this.manifest) return known.chunks;
    const chunks = this.#gatherVersion(versionId);
    this.#versions.put(versionId, { manifest: this.manifest, chunks }, chunks.size + 1);
    return chunks;
  }

  #gatherVersion(versionId: VersionId): ReadonlyMap<number, ChunkId> {
    const chunks = new Map<number, ChunkId>();
    for (const { segmentId, ordinal: place } of this.#ids.findVersions(idToBytes(versionId))) {
      const table = this.tables.get(segmentId);
      if (!table) continue;
      for (const ordinal of table.ordinalsOfVersion(place)) {
        if (this.isLive(segmentId, ordinal)) chunks.set(table.positions[ordinal] ?? 0, table.chunkColumn.at(ordinal));
      }
    }
    return chunks;
  }

  get liveChunkCount(): number {
    return this.manifest.segments.reduce((sum, entry) => sum + entry.chunkCount - entry.tombstones.length, 0);
  }

  /** Ordinals of the segment's live chunks, ascending. */
  liveOrdinals(entry: SegmentEntry): number[] {
    const ordinals: number[] = [];
    const dead = this.#dead.get(entry.segmentId);
    for (let ordinal = 0; ordinal < entry.chunkCount; ordinal++) if (dead?.[ordinal] !== 1) ordinals.push(ordinal);
    return ordinals;
  }

  /** Takes over a new manifest with the tables of the segments it adds. Ids are indexed later, at need or in slices. */
  apply(manifest: Manifest, addedTables: ReadonlyMap<SegmentId, SegmentTable>): void {
    const kept = new Set(manifest.segments.map((entry) => entry.segmentId));
    for (const segmentId of this.#entries.keys()) {
      if (kept.has(segmentId)) continue;
      this.#entries.delete(segmentId);
      this.#dead.delete(segmentId);
      this.tables.delete(segmentId);
      this.#ids.remove(segmentId);
    }
    for (const [segmentId, table] of addedTables) {
      this.#ids.remove(segmentId);
      this.tables.set(segmentId, table);
      this.#ids.add(segmentId, table);
    }
    for (const entry of manifest.segments) {
      const known = this.#entries.get(entry.segmentId);
      this.#entries.set(entry.segmentId, entry);
      if (known?.tombstones !== entry.tombstones) this.#bury(entry);
    }
    this.manifest = manifest;
  }

  /** Replaces what is known of a segment without a commit: the disk will follow with the next one. */
  amend(entry: SegmentEntry): void {
    const segments = this.manifest.segments.map((other) => (other.segmentId === entry.segmentId ? entry : other));
    this.apply({ ...this.manifest, segments }, new Map());
  }

  /** Indexes the ids that wait, a segment at a time; `pause` is called between two. */
  async indexInSlices(pause: () => Promise<void>): Promise<void> {
    while (this.#ids.indexNext()) await pause();
  }

  #bury({ segmentId, tombstones, chunkCount }: SegmentEntry): void {
    if (tombstones.length === 0) {
      this.#dead.delete(segmentId);
      return;
    }
    const dead = new Uint8Array(chunkCount);
    for (const ordinal of tombstones) dead[ordinal] = 1;
    this.#dead.set(segmentId, dead);
  }
}
