import type { Chunk, ChunkDraft } from '../../domain/chunk.ts';
import type { DocumentVersion, SourceDocument } from '../../domain/document.ts';
import type { ExtractedDocument } from '../../domain/extracted.ts';
import { recordIdOf } from '../../domain/ids.ts';
import type { ChunkId, ContentIdentity, DocumentId, RecordId, SegmentId, VersionId } from '../../domain/ids.ts';
import { DEFAULT_SETTINGS } from '../../domain/settings.ts';
import type { TierSettings } from '../../domain/settings.ts';
import type { BuiltVectors, Searcher } from '../../platform/compute/ports.ts';
import type { RecordStore, Write } from '../../platform/storage/record-store.ts';
import type { AnswerTrace } from './answer-trace.ts';
import { ExactRows } from './exact-rows.ts';
import { LibraryHealth } from './library-health.ts';
import { LibraryReader } from './library-reader.ts';
import { LibraryState } from './library-state.ts';
import { LibraryTiers, type TierReport } from './library-tiers.ts';
import { loadCodes } from './load-index.ts';
import { LruMap } from './lru.ts';
import { encodeManifest, MANIFEST_ID } from './manifest.ts';
import type { Manifest, SegmentEntry } from './manifest.ts';
import { nextManifest } from './next-manifest.ts';
import { preparePublication, putRecord, versionDeletes } from './publication.ts';
import { storeVectors, vectorDeletes } from './segment-writer.ts';
import type { PreparedSegment } from './segment-writer.ts';
import type { SegmentTable } from './segment-table.ts';
import { QuietMoment } from './quiet-moment.ts';
import { Turnstile } from './turnstile.ts';

export type IdentityOf = (label: string, bytes: Uint8Array) => Promise<ContentIdentity>;

/** An index that vectors are kept under: a model with its dimensions and the chunker they were made with. */
export interface VectorSpace {
  readonly modelKey: string;
  readonly dimensions: number;
}

export interface LibraryOptions {
  readonly tiers?: () => TierSettings;
  /** Milliseconds, for the tiers. */
  readonly now?: () => number;
  /** Ends what goes on in the background. */
  readonly signal?: AbortSignal;
}

const MEGABYTE = 1024 * 1024;

/**
 * The person's library: documents, their versions, and the segments that index them. Every change is one commit
 * that swaps the manifest, made one at a time; disk first, then memory, then the search index.
 */
export class Library {
  readonly state = new LibraryState();
  readonly health = new LibraryHealth(() => this.changed());
  readonly tiers: LibraryTiers;
  readonly exact: ExactRows;
  readonly quiet = new QuietMoment();
  readonly #store: RecordStore;
  readonly #searcher: Searcher;
  readonly #identityOf: IdentityOf;
  readonly #turnstile = new Turnstile();
  readonly reader: LibraryReader;
  readonly #blocks: LruMap<RecordId, readonly Chunk[]>;
  readonly #listeners = new Set<() => void>();
  /** The space queries are answered from; segments load their vectors of this one. */
  #space: VectorSpace | undefined;
  /** Model key whose codes were brought in at opening, before the model itself was there. */
  #preloadedKey: string | undefined;
  #whole: Promise<void> = Promise.resolve();
  readonly #signal: AbortSignal;
  #exactFilled: Promise<void> = Promise.resolve();
  #exactEpoch = 0;

  constructor(store: RecordStore, searcher: Searcher, identityOf: IdentityOf, options: LibraryOptions = {}) {
    this.#store = store;
    this.#searcher = searcher;
    this.#identityOf = identityOf;
    this.tiers = new LibraryTiers(
      options.tiers ?? (() => DEFAULT_SETTINGS.tiers),
      options.now ?? (() => performance.now()),
    );
    this.#signal = options.signal ?? new AbortController().signal;
    const { router } = this.tiers;
    this.#blocks = new LruMap({
      capacity: () => this.tiers.settings.passageMegabytes * MEGABYTE,
      isInUse: (blockId) => router.tierOf(blockId) !== 'cold',
    });
    this.reader = new LibraryReader(store, this.state, this.#blocks, router, ({ segmentId }) =>
      this.health.report({ segmentId, part: 'texts', reason: 'damaged' }),
    );
    this.exact = new ExactRows({
      store,
      searcher,
      state: this.state,
      budgetBytes: () => this.tiers.settings.exactMegabytes * MEGABYTE,
      heatOf: (segmentId) => router.heatOf(segmentId),
      isSetAside: (segmentId) => this.health.isQuarantined(segmentId),
      onLost: (segmentId, modelKey) => this.doubtVectors(segmentId, modelKey),
    });
  }

  get space(): VectorSpace | undefined {
    return this.#space;
  }

  /** Model key of the codes that are in the index, or are to be. */
  get codesKey(): string | undefined {
    return this.#space?.modelKey ?? this.#preloadedKey;
  }

  /** Grows when a round of bringing in exact rows has ended: answers may be better than before. */
  get exactEpoch(): number {
    return this.#exactEpoch;
  }

  /**
   * Resolves when everything that is known without reading texts is in memory. Until then searching and reading passages
   * work, and `state.documents` holds only some of the documents. Rejects when the disk cannot be read. Questions wait for
   * this in `quiet.letting`.
   */
  whenWhole(): Promise<void> {
    this.quiet.come();
    return this.#whole;
  }

  /** Called once, by `openLibrary`: what is still coming in, and the codes that are there already. */
  becomesWhole(whole: Promise<void>, preloadedKey: string | undefined): void {
    [this.#whole, this.#preloadedKey] = [whole, preloadedKey];
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Seals a file's bytes as a document's pending version. From here on a crash loses nothing of it. */
  async stage(document: SourceDocument, version: DocumentVersion, bytes: Uint8Array): Promise<void> {
    await this.whenWhole();
    await this.#turnstile.pass(async () => {
      await this.#store.commit([
        putRecord('documents', document.documentId, document),
        putRecord('versions', version.versionId, version),
        { kind: 'put', store: 'sources', id: recordIdOf(version.versionId), value: bytes },
      ]);
      this.state.putDocument(document);
    });
    this.changed();
  }

  /** Rewrites what is known of a document: a problem found, a cancelled version. */
  async updateDocument(document: SourceDocument, forgotten: readonly VersionId[] = []): Promise<void> {
    await this.whenWhole();
    await this.#turnstile.pass(async () => {
      await this.#store.commit([
        putRecord('documents', document.documentId, document),
        ...forgotten.flatMap(versionDeletes),
      ]);
      this.state.putDocument(document);
    });
    this.changed();
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
    await this.whenWhole();
    const context = { library: this, searcher: this.#searcher, identityOf: this.#identityOf };
    const { prepared, reusedCount } = await preparePublication(document, versionId, drafts, spaces, context);
    await this.#turnstile.pass(async () => {
      const buried = this.state.documents.get(document.documentId)?.currentVersionId;
      const manifest = nextManifest(
        this.state,
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
      for (const segment of prepared) await this.#addToIndex(segment);
    });
    this.changed();
    return { reusedCount };
  }

  /** Takes a document out of the library, its versions, sources and texts with it. */
  async remove(documentId: DocumentId): Promise<void> {
    await this.whenWhole();
    await this.#turnstile.pass(async () => {
      const document = this.state.documents.get(documentId);
      if (!document) return;
      const { next, buried } = nextManifest(
        this.state,
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
      for (const version of versions) this.reader.forgetText(version.versionId);
      await this.#searcher.tombstone(buried);
    });
    this.changed();
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
      this.health.resolve(segmentId, 'vectors');
      if (space.modelKey !== this.#space?.modelKey || this.health.isQuarantined(segmentId)) return;
      const exactBytes = built.exact.byteLength;
      await this.#searcher.setVectors(segmentId, { ...space, ...built });
      await this.exact.took(segmentId, space, exactBytes);
    });
    this.changed();
  }

  /** Replaces manifest entries in one commit with `writes`. Call from inside `exclusively` or another change. */
  async swapEntries(
    updated: ReadonlyMap<SegmentId, SegmentEntry>,
    writes: readonly Write[],
    tables: ReadonlyMap<SegmentId, SegmentTable> = new Map(),
  ): Promise<void> {
    const { manifest } = this.state;
    const next: Manifest = {
      generation: manifest.generation + 1,
      segments: manifest.segments.map((entry) => updated.get(entry.segmentId) ?? entry),
    };
    await this.#commitManifest(next, writes);
    this.state.apply(next, tables);
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
      generation: manifest.generation + 1,
      segments: [
        ...manifest.segments.filter((entry) => !gone.has(entry.segmentId)),
        ...added.map((segment) => segment.entry),
      ],
    };
    await this.#commitManifest(next, [...added.flatMap((segment) => segment.writes), ...writes]);
    this.state.apply(next, new Map(added.map((segment) => [segment.entry.segmentId, segment.table])));
    const loads = added.map((segment) => segment.load);
    const exactSizes = loads.map((load) => load.vectors?.exact?.byteLength ?? 0);
    await this.#searcher.replaceSegments(removed, loads);
    for (const segmentId of removed) {
      this.exact.forget(segmentId);
      this.health.forget(segmentId);
    }
    for (const [index, { segmentId, vectors }] of loads.entries()) {
      if (vectors) await this.exact.took(segmentId, vectors, exactSizes[index] ?? 0);
    }
  }

  /** Runs a task with no other change going on. */
  exclusively<T>(task: () => Promise<T>): Promise<T> {
    return this.#turnstile.pass(task);
  }

  /**
   * Answers queries from another vector space from now on, loading the codes that there are of it. Exact rows follow in the
   * background: see `whenExact`.
   */
  async useSpace(space: VectorSpace | undefined): Promise<void> {
    await this.#turnstile.pass(async () => {
      const isPreloaded = space !== undefined && space.modelKey === this.#preloadedKey;
      this.#preloadedKey = undefined;
      this.#space = space;
      this.exact.forgetAll();
      if (!space || isPreloaded) return;
      const entries = this.state.manifest.segments.filter((entry) => !this.health.isQuarantined(entry.segmentId));
      const onLost = (segmentId: SegmentId): void => this.doubtVectors(segmentId, space.modelKey);
      await loadCodes(this.#store, this.#searcher, entries, space, onLost);
    });
    this.#exactFilled = this.#fillExact(space);
    this.health.watch(this.#exactFilled);
    this.changed();
  }

  /** Resolves when as many exact rows are in memory as there is room for. They come after the documents, which the window waits for. */
  whenExact(): Promise<void> {
    this.quiet.come();
    return this.#exactFilled;
  }

  /** Has a segment's vectors made anew, when they turn out not to be what they should be. The old ones stay until then. */
  doubtVectors(segmentId: SegmentId, modelKey: string): void {
    const entry = this.state.entry(segmentId);
    const doubted = entry?.vectors[modelKey];
    if (!entry || !doubted) return;
    this.health.report({ segmentId, part: 'vectors', reason: 'damaged' });
    this.state.amend({ ...entry, vectors: { ...entry.vectors, [modelKey]: { ...doubted, isComplete: false } } });
    this.changed();
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

  /** See `LibraryReader.readChunks`. With a trace, what had to be read counts for that answer's tier. */
  readChunks(chunkIds: readonly ChunkId[], trace?: AnswerTrace): Promise<Chunk[]> {
    return this.reader.readChunks(chunkIds, trace);
  }

  /** A whole block's chunks, dead ones too; `undefined` when it cannot be opened. */
  readBlock(blockId: RecordId): Promise<readonly Chunk[] | undefined> {
    return this.reader.readWholeBlock(blockId);
  }

  /** What a version says. Throws `NotFoundError` if it was never read or is gone. */
  readText(versionId: VersionId): Promise<ExtractedDocument> {
    return this.reader.readText(versionId);
  }

  /** The bytes as they were dropped in. Throws `NotFoundError`. */
  readSource(versionId: VersionId): Promise<Uint8Array> {
    return this.reader.readSource(versionId);
  }

  findVersion(versionId: VersionId): Promise<DocumentVersion | undefined> {
    return this.reader.findVersion(versionId);
  }

  versionsOf(documentId: DocumentId): Promise<DocumentVersion[]> {
    return this.reader.versionsOf(documentId);
  }

  /** Times and hit rates by tier since the library was opened. */
  tierReport(): TierReport {
    return this.tiers.report({ passageBytes: this.#blocks.size, exactBytes: this.exact.sizeBytes });
  }

  async #fillExact(space: VectorSpace | undefined): Promise<void> {
    if (!space) return;
    await this.quiet.wait();
    await Promise.allSettled([this.#whole]);
    const isOver = (): boolean => this.#signal.aborted || this.#space !== space;
    await this.exact.fill(space, isOver, () => this.quiet.step());
    this.#exactEpoch++;
  }

  async #addToIndex({ entry, load }: PreparedSegment): Promise<void> {
    const exactBytes = load.vectors?.exact?.byteLength ?? 0;
    await this.#searcher.addSegment(load);
    if (load.vectors) await this.exact.took(entry.segmentId, load.vectors, exactBytes);
  }

  async #commitManifest(next: Manifest, writes: readonly Write[]): Promise<void> {
    await this.#store.commit([
      ...writes,
      { kind: 'put', store: 'segments', id: MANIFEST_ID, value: encodeManifest(next) },
    ]);
  }

  /** Tells those who listen. */
  changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
