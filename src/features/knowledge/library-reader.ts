import type { Chunk } from '../../domain/chunk.ts';
import type { DocumentVersion, SourceDocument } from '../../domain/document.ts';
import { NotFoundError } from '../../domain/errors.ts';
import type { ExtractedDocument } from '../../domain/extracted.ts';
import { recordIdOf } from '../../domain/ids.ts';
import type { ChunkId, DocumentId, RecordId, VersionId } from '../../domain/ids.ts';
import { decodeRecord } from '../../platform/storage/json-record.ts';
import type { RecordStore } from '../../platform/storage/record-store.ts';
import type { TierRouter } from '../../engine/tiers.ts';
import type { AnswerTrace } from './answer-trace.ts';
import type { LibraryState } from './library-state.ts';
import { LruMap } from './lru.ts';
import type { SegmentEntry } from './manifest.ts';

const TEXT_CACHE_LENGTH = 24 * 1024 * 1024;

/** Reads what the library says: passages in their blocks, whole texts, sources. What was read stays by use. */
export class LibraryReader {
  readonly #store: RecordStore;
  readonly #state: LibraryState;
  readonly #texts = new LruMap<VersionId, ExtractedDocument>(TEXT_CACHE_LENGTH);
  readonly #blocks: LruMap<RecordId, readonly Chunk[]>;
  readonly #router: TierRouter<string>;
  readonly #onLost: (entry: SegmentEntry) => void;

  /** `onLost` is told of a segment with a block that cannot be opened. */
  constructor(
    store: RecordStore,
    state: LibraryState,
    blocks: LruMap<RecordId, readonly Chunk[]>,
    router: TierRouter<string>,
    onLost: (entry: SegmentEntry) => void,
  ) {
    this.#store = store;
    this.#state = state;
    this.#blocks = blocks;
    this.#router = router;
    this.#onLost = onLost;
  }

  /**
   * The chunks that are still live, in the order asked for; buried ones are left out, and those of a block that cannot
   * be opened. Their documents are known to `LibraryState.documents` afterwards.
   */
  async readChunks(chunkIds: readonly ChunkId[], trace?: AnswerTrace): Promise<Chunk[]> {
    this.#state.preparePlaces(chunkIds);
    const places = chunkIds.flatMap((chunkId) => {
      const place = this.#state.place(chunkId);
      const entry = place && this.#state.entry(place.segmentId);
      const block = entry && blockAt(entry, place.ordinal);
      const documentId = place && this.#state.tables.get(place.segmentId)?.documentOf(place.ordinal);
      return block && documentId ? [{ entry, block, documentId, offset: place.ordinal - block.firstOrdinal }] : [];
    });
    const blocks = new Map<RecordId, readonly Chunk[]>();
    const missing = new Map<RecordId, SegmentEntry>();
    for (const { entry, block } of places) {
      const cached = this.#blocks.find(block.blockId);
      if (cached) blocks.set(block.blockId, cached);
      else missing.set(block.blockId, entry);
    }
    trace?.note(blocks.size, missing.size);
    const use = { isUrgent: trace?.isUrgent ?? false };
    for (const blockId of [...blocks.keys(), ...missing.keys()]) this.#router.use(blockId, use);
    await Promise.all([
      missing.size > 0 ? this.#readBlocks(missing, blocks) : undefined,
      this.#readDocuments(places.map(({ documentId }) => documentId)),
    ]);
    return places.flatMap(({ block, offset }) => blocks.get(block.blockId)?.[offset] ?? []);
  }

  /** Has the documents of these chunks in `LibraryState.documents`, as `readChunks` does, without reading their texts. */
  async readDocumentsOf(chunkIds: readonly ChunkId[]): Promise<void> {
    await this.#readDocuments(chunkIds.flatMap((chunkId) => this.#state.documentOf(chunkId) ?? []));
  }

  /** The chunks of a block that was not read before, past all memory; `undefined` when it cannot be opened. */
  async readWholeBlock(blockId: RecordId): Promise<readonly Chunk[] | undefined> {
    const cached = this.#blocks.find(blockId);
    if (cached) return cached;
    const [bytes] = await this.#store.findMany('chunks', [blockId], ignoreDamage);
    return bytes && decodeRecord<Chunk[]>(bytes);
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

  forgetText(versionId: VersionId): void {
    this.#texts.delete(versionId);
  }

  async #readBlocks(
    missing: ReadonlyMap<RecordId, SegmentEntry>,
    blocks: Map<RecordId, readonly Chunk[]>,
  ): Promise<void> {
    const ids = [...missing.keys()];
    const found = await this.#store.findMany('chunks', ids, ignoreDamage);
    for (const [index, blockId] of ids.entries()) {
      const bytes = found[index];
      const entry = missing.get(blockId);
      if (bytes) {
        const chunks = decodeRecord<Chunk[]>(bytes);
        this.#blocks.put(blockId, chunks, bytes.length * 2);
        blocks.set(blockId, chunks);
      } else if (entry && this.#state.entry(entry.segmentId)?.blocks.some((block) => block.blockId === blockId)) {
        this.#onLost(entry);
      }
    }
  }

  /** Just after unlocking, not all documents are in memory yet: those of an answer come first. */
  async #readDocuments(documentIds: readonly DocumentId[]): Promise<void> {
    if (this.#state.isWhole) return;
    const unknown = new Set(documentIds.filter((id) => !this.#state.documents.has(id)));
    if (unknown.size === 0) return;
    const found = await this.#store.findMany('documents', [...unknown].map(recordIdOf), ignoreDamage);
    for (const bytes of found) {
      const document = bytes && decodeRecord<SourceDocument>(bytes);
      // Once all are there, one that is missing has been deleted.
      const isAwaited = !this.#state.isWhole && document && !this.#state.documents.has(document.documentId);
      if (isAwaited) this.#state.putDocument(document);
    }
  }
}

/** A damaged record reads as one that is missing: its segment is repaired, and the rest is answered from. */
const ignoreDamage = (): void => undefined;

function blockAt(entry: SegmentEntry, ordinal: number): SegmentEntry['blocks'][number] | undefined {
  const { blocks } = entry;
  let low = 0;
  let high = blocks.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((blocks[middle]?.firstOrdinal ?? 0) <= ordinal) low = middle;
    else high = middle - 1;
  }
  const block = blocks[low];
  return block && ordinal < block.firstOrdinal + block.chunkCount ? block : undefined;
}
