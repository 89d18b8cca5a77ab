import type { Chunk, ChunkDraft } from '../../domain/chunk.ts';
import type { DocumentVersion, SourceDocument } from '../../domain/document.ts';
import { NotFoundError } from '../../domain/errors.ts';
import type { ExtractedDocument } from '../../domain/extracted.ts';
import { randomId, recordIdOf } from '../../domain/ids.ts';
import type { ChunkId, ContentIdentity, DocumentId, SegmentId, VersionId } from '../../domain/ids.ts';
import type { BuiltVectors, Searcher } from '../../platform/compute/ports.ts';
import { decodeRecord, encodeRecord } from '../../platform/storage/json-record.ts';
import type { RecordStore, Write } from '../../platform/storage/record-store.ts';
import { LibraryState } from './library-state.ts';
import { LruMap } from './lru.ts';
import { MANIFEST_ID, FRESH_SEGMENT_CHUNKS } from './manifest.ts';
import type { Manifest, SegmentEntry } from './manifest.ts';
import { embeddingText, indexable, prepareSegment, storeVectors, vectorDeletes } from './segment-writer.ts';
import type { PreparedSegment, SegmentVectors } from './segment-writer.ts';
import { Turnstile } from './turnstile.ts';

export type IdentityOf = (label: string, bytes: Uint8Array) => Promise<ContentIdentity>;

/** An index that vectors are kept under: a model with its dimensions and the chunker they were made with. */
export interface VectorSpace {
  readonly modelKey: string;
  readonly dimensions: number;
}

const TEXT_CACHE_LENGTH = 24 * 1024 * 1024;
const BLOCK_CACHE_LENGTH = 24 * 1024 * 1024;

/**
 * The person's library: documents, their versions, and the segments that index them. Every change is one commit
 * that swaps the manifest, made one at a time; disk first, then memory, then the search index.
 */
export class Library {
  readonly state = new LibraryState();
  readonly #store: RecordStore;
  readonly #searcher: Searcher;
  readonly #identityOf: IdentityOf;
  readonly #turnstile = new Turnstile();
  readonly #texts = new LruMap<VersionId, ExtractedDocument>(TEXT_CACHE_LENGTH);
  readonly #blocks = new LruMap<string, readonly Chunk[]>(BLOCK_CACHE_LENGTH);
  readonly #listeners = new Set<() => void>();
  /** The space queries are answered from; segments load their vectors of this one. */
  #space: VectorSpace | undefined;

  constructor(store: RecordStore, searcher: Searcher, identityOf: IdentityOf) {
    this.#store = store;
    this.#searcher = searcher;
    this.#identityOf = identityOf;
  }

  get space(): VectorSpace | undefined {
    return this.#space;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  // --- writing ------------------------------------------------------------------------------------------------

  /** Seals a file's bytes as a document's pending version. From here on a crash loses nothing of it. */
  async stage(document: SourceDocument, version: DocumentVersion, bytes: Uint8Array): Promise<void> {
    await this.#turnstile.pass(async () => {
      await this.#store.commit([
        putRecord('documents', document.documentId, document),
        putRecord('versions', version.versionId, version),
        { kind: 'put', store: 'sources', id: recordIdOf(version.versionId), value: bytes },
      ]);
      this.state.putDocument(document);
    });
    this.#changed();
  }

  /** Rewrites what is known of a document: a problem found, a cancelled version. */
  async updateDocument(document: SourceDocument, forgotten: readonly VersionId[] = []): Promise<void> {
    await this.#turnstile.pass(async () => {
      await this.#store.commit([
        putRecord('documents', document.documentId, document),
        ...forgotten.flatMap(versionDeletes),
      ]);
      this.state.putDocument(document);
    });
    this.#changed();
  }

  /**
   * Makes a version the current one: its text, its chunks and their postings go live in one commit, and the chunks
   * of the version before are buried in the same. Vectors of chunks whose content is already known are copied.
   */
  async publish(
    document: SourceDocument,
    versionId: VersionId,
    extracted: ExtractedDocument,
    drafts: readonly ChunkDraft[],
    spaces: readonly VectorSpace[],
  ): Promise<{ readonly reusedCount: number }> {
    const chunks = await this.#identify(document.documentId, versionId, drafts);
    const prepared: PreparedSegment[] = [];
    let reusedCount = 0;
    for (let first = 0; first < chunks.length; first += FRESH_SEGMENT_CHUNKS) {
      const part = chunks.slice(first, first + FRESH_SEGMENT_CHUNKS);
      const lexical = await this.#searcher.buildLexical(
        part.map((chunk) => indexable(chunk, document.title, document.path)),
      );
      const vectors: SegmentVectors[] = [];
      for (const space of spaces) {
        const copied = await this.#copyVectors(part, space);
        if (space.modelKey === this.#space?.modelKey) reusedCount += copied.count;
        if (copied.vectors) vectors.push(copied.vectors);
      }
      prepared.push(prepareSegment(part, lexical, vectors, this.#space?.modelKey));
    }
    await this.#turnstile.pass(async () => {
      const buried = this.state.documents.get(document.documentId)?.currentVersionId;
      const manifest = this.#nextManifest(
        prepared.map((segment) => segment.entry),
        buried ? [...this.state.chunksOfVersion(buried).values()] : [],
      );
      await this.#commitManifest(manifest.next, [
        putRecord('documents', document.documentId, document),
        putRecord('texts', versionId, extracted),
        ...prepared.flatMap((segment) => segment.writes),
      ]);
      this.state.putDocument(document);
      this.state.apply(manifest.next, new Map(prepared.map((segment) => [segment.entry.segmentId, segment.table])));
      if (manifest.buried.length > 0) await this.#searcher.tombstone(manifest.buried);
      for (const segment of prepared) await this.#searcher.addSegment(segment.load);
    });
    this.#changed();
    return { reusedCount };
  }

  /** Takes a document out of the library, its versions, sources and texts with it. */
  async remove(documentId: DocumentId): Promise<void> {
    await this.#turnstile.pass(async () => {
      const document = this.state.documents.get(documentId);
      if (!document) return;
      const { next, buried } = this.#nextManifest(
        [],
        [...this.state.chunksOfVersion(document.currentVersionId).values()],
      );
      const versions = await this.versionsOf(documentId);
      await this.#commitManifest(next, [
        { kind: 'delete', store: 'documents', id: recordIdOf(documentId) },
        ...versions.map((version) => version.versionId).flatMap(versionDeletes),
      ]);
      this.state.removeDocument(documentId);
      this.state.apply(next, new Map());
      for (const version of versions) this.#texts.delete(version.versionId);
      await this.#searcher.tombstone(buried);
    });
    this.#changed();
  }

  /** Gives a segment its vectors under a space. Does nothing if the segment has been merged away meanwhile. */
  async putVectors(segmentId: SegmentId, space: VectorSpace, built: BuiltVectors): Promise<void> {
    await this.#turnstile.pass(async () => {
      const entry = this.state.entry(segmentId);
      if (!entry) return;
      const replaced = entry.vectors[space.modelKey];
      const stored = storeVectors(space, built, true);
      const updated: SegmentEntry = { ...entry, vectors: { ...entry.vectors, [space.modelKey]: stored.entry } };
      await this.swapEntries(new Map([[segmentId, updated]]), [
        ...stored.writes,
        ...(replaced ? vectorDeletes(replaced) : []),
      ]);
      if (space.modelKey === this.#space?.modelKey) await this.#searcher.setVectors(segmentId, { ...space, ...built });
    });
    this.#changed();
  }

  /** Replaces manifest entries in one commit with `writes`. Call from inside `exclusively` or another change. */
  async swapEntries(updated: ReadonlyMap<SegmentId, SegmentEntry>, writes: readonly Write[]): Promise<void> {
    const { manifest } = this.state;
    const next: Manifest = {
      ...manifest,
      generation: manifest.generation + 1,
      segments: manifest.segments.map((entry) => updated.get(entry.segmentId) ?? entry),
    };
    await this.#commitManifest(next, writes);
    this.state.apply(next, new Map());
  }

  /** Replaces whole segments by others in one commit: compaction. */
  async swapSegments(
    removed: readonly SegmentId[],
    added: readonly PreparedSegment[],
    writes: readonly Write[],
  ): Promise<void> {
    const { manifest } = this.state;
    const gone = new Set(removed);
    const next: Manifest = {
      ...manifest,
      generation: manifest.generation + 1,
      segments: [
        ...manifest.segments.filter((entry) => !gone.has(entry.segmentId)),
        ...added.map((segment) => segment.entry),
      ],
    };
    await this.#commitManifest(next, [...added.flatMap((segment) => segment.writes), ...writes]);
    this.state.apply(next, new Map(added.map((segment) => [segment.entry.segmentId, segment.table])));
    await this.#searcher.replaceSegments(
      removed,
      added.map((segment) => segment.load),
    );
  }

  /** Runs a task with no other change going on. */
  exclusively<T>(task: () => Promise<T>): Promise<T> {
    return this.#turnstile.pass(task);
  }

  /** Answers queries from another vector space from now on, loading what exists of it. */
  async useSpace(space: VectorSpace | undefined): Promise<void> {
    await this.#turnstile.pass(async () => {
      this.#space = space;
      if (!space) return;
      for (const entry of this.state.manifest.segments) {
        const vectors = entry.vectors[space.modelKey];
        if (!vectors) continue;
        const [codes, exact] = await this.#store.findMany('vectors', [vectors.codesId, vectors.exactId]);
        if (codes) await this.#searcher.setVectors(entry.segmentId, { ...space, codes, ...(exact && { exact }) });
      }
    });
    this.#changed();
  }

  /** Deletes the vectors of a space that is no longer used. */
  async forgetSpace(modelKey: string): Promise<void> {
    await this.#turnstile.pass(async () => {
      const updated = new Map<SegmentId, SegmentEntry>();
      const deletes: Write[] = [];
      for (const entry of this.state.manifest.segments) {
        const { [modelKey]: forgotten, ...vectors } = entry.vectors;
        if (!forgotten) continue;
        updated.set(entry.segmentId, { ...entry, vectors });
        deletes.push(...vectorDeletes(forgotten));
      }
      if (updated.size > 0) await this.swapEntries(updated, deletes);
    });
  }

  // --- reading ------------------------------------------------------------------------------------------------

  /** The chunks that are still live, in the order asked for; buried ones are left out. */
  async readChunks(chunkIds: readonly ChunkId[]): Promise<Chunk[]> {
    const found: Chunk[] = [];
    for (const chunkId of chunkIds) {
      const place = this.state.place(chunkId);
      const entry = place && this.state.entry(place.segmentId);
      if (!entry) continue;
      const block = entry.blocks.find(
        (b) => place.ordinal >= b.firstOrdinal && place.ordinal < b.firstOrdinal + b.chunkCount,
      );
      if (!block) continue;
      const chunks = await this.#readBlock(block.blockId);
      const chunk = chunks[place.ordinal - block.firstOrdinal];
      if (chunk) found.push(chunk);
    }
    return found;
  }

  /** What a version says. Throws `NotFoundError` if it was never read or is gone. */
  async readText(versionId: VersionId): Promise<ExtractedDocument> {
    const cached = this.#texts.find(versionId);
    if (cached) return cached;
    const bytes = await this.#store.find('texts', recordIdOf(versionId));
    if (!bytes) throw new NotFoundError('This version of the document is no longer in the library.');
    const extracted = decodeRecord<ExtractedDocument>(bytes);
    this.#texts.put(versionId, extracted, extracted.text.length);
    return extracted;
  }

  /** The bytes as they were dropped in. Throws `NotFoundError`. */
  async readSource(versionId: VersionId): Promise<Uint8Array> {
    const bytes = await this.#store.find('sources', recordIdOf(versionId));
    if (!bytes) throw new NotFoundError('The original file of this version is no longer in the library.');
    return bytes;
  }

  async findVersion(versionId: VersionId): Promise<DocumentVersion | undefined> {
    const bytes = await this.#store.find('versions', recordIdOf(versionId));
    return bytes && decodeRecord<DocumentVersion>(bytes);
  }

  async versionsOf(documentId: DocumentId): Promise<DocumentVersion[]> {
    const records = await this.#store.list('versions');
    return records
      .map((record) => decodeRecord<DocumentVersion>(record.value))
      .filter((v) => v.documentId === documentId);
  }

  // --- inside -------------------------------------------------------------------------------------------------

  async #identify(documentId: DocumentId, versionId: VersionId, drafts: readonly ChunkDraft[]): Promise<Chunk[]> {
    const encoder = new TextEncoder();
    return Promise.all(
      drafts.map(async (draft, position) => ({
        ...draft,
        chunkId: randomId<ChunkId>(),
        documentId,
        versionId,
        position,
        identity: await this.#identityOf('chunk', encoder.encode(embeddingText(draft))),
      })),
    );
  }

  async #copyVectors(
    chunks: readonly Chunk[],
    space: VectorSpace,
  ): Promise<{ count: number; vectors?: SegmentVectors }> {
    const twins = chunks.map((chunk) => this.state.chunkWithIdentity(chunk.identity));
    const known = twins.filter((twin) => twin !== undefined);
    if (known.length === 0) return { count: 0 };
    const { modelKey, dimensions } = space;
    const copied = await this.#searcher.readVectors(known, modelKey);
    const rowCounts = new Uint16Array(chunks.length);
    let next = 0;
    for (const [index, twin] of twins.entries()) if (twin) rowCounts[index] = copied.rowCounts[next++] ?? 0;
    const count = rowCounts.filter((rows) => rows > 0).length;
    if (count === 0) return { count };
    // The copies stand in the order of `chunks`, those without a twin left out: just the rows that are wanted.
    const built = await this.#searcher.buildVectors({ vectors: copied.vectors, rowCounts }, dimensions);
    return { count, vectors: { modelKey, dimensions, built, isComplete: count === chunks.length } };
  }

  #nextManifest(
    added: readonly SegmentEntry[],
    buried: readonly ChunkId[],
  ): { next: Manifest; buried: readonly ChunkId[] } {
    const graves = new Map<SegmentId, number[]>();
    for (const chunkId of buried) {
      const place = this.state.place(chunkId);
      if (!place) continue;
      const ordinals = graves.get(place.segmentId);
      if (ordinals) ordinals.push(place.ordinal);
      else graves.set(place.segmentId, [place.ordinal]);
    }
    const { manifest } = this.state;
    const kept = manifest.segments.map((entry) => {
      const dead = graves.get(entry.segmentId);
      return dead ? { ...entry, tombstones: [...entry.tombstones, ...dead].sort((a, b) => a - b) } : entry;
    });
    return { next: { ...manifest, generation: manifest.generation + 1, segments: [...kept, ...added] }, buried };
  }

  async #commitManifest(next: Manifest, writes: readonly Write[]): Promise<void> {
    await this.#store.commit([
      ...writes,
      { kind: 'put', store: 'segments', id: MANIFEST_ID, value: encodeRecord(next) },
    ]);
  }

  async #readBlock(blockId: string): Promise<readonly Chunk[]> {
    const cached = this.#blocks.find(blockId);
    if (cached) return cached;
    const bytes = await this.#store.find('chunks', blockId as ReturnType<typeof recordIdOf>);
    if (!bytes) throw new NotFoundError('Part of the library could not be found on disk.');
    const chunks = decodeRecord<Chunk[]>(bytes);
    this.#blocks.put(blockId, chunks, bytes.length * 2);
    return chunks;
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

function putRecord(store: 'documents' | 'versions' | 'texts', id: DocumentId | VersionId, value: unknown): Write {
  return { kind: 'put', store, id: recordIdOf(id), value: encodeRecord(value) };
}

function versionDeletes(versionId: VersionId): Write[] {
  return (['versions', 'sources', 'texts'] as const).map((store) => ({
    kind: 'delete',
    store,
    id: recordIdOf(versionId),
  }));
}
