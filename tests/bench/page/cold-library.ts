import type { Chunk } from '../../../src/domain/chunk.ts';
import type { SourceDocument } from '../../../src/domain/document.ts';
import { randomId, recordIdOf } from '../../../src/domain/ids.ts';
import type { ChunkId, ContentIdentity, DocumentId, VaultId, VersionId } from '../../../src/domain/ids.ts';
import { encodeManifest, MANIFEST_ID, MERGED_SEGMENT_CHUNKS } from '../../../src/features/knowledge/manifest.ts';
import type { SegmentEntry } from '../../../src/features/knowledge/manifest.ts';
import { indexable, prepareSegment } from '../../../src/features/knowledge/segment-writer.ts';
import { vaultOf } from '../../../src/features/vault/open-vault.ts';
import type { OpenVault } from '../../../src/features/vault/open-vault.ts';
import { VaultKeys } from '../../../src/platform/crypto/vault-keys.ts';
import { IndexedDbStore } from '../../../src/platform/storage/indexeddb-store.ts';
import { encodeRecord } from '../../../src/platform/storage/json-record.ts';
import { deleteRecordStore } from '../../../src/platform/storage/open-record-store.ts';
import type { RecordStore, Write } from '../../../src/platform/storage/record-store.ts';
import { SearchIndex } from '../../../workers/search/search-index.ts';
import { MadeText, randomFrom } from '../made-text.ts';

/** A library on disk that is closed and opened again from page to page. */
export interface ColdLibraryRequest {
  readonly chunkCount: number;
  readonly modelKey: string;
  readonly dimensions: number;
}

const DATABASE = 'bench-cold-library';
const CHUNKS_PER_DOCUMENT = 20;
const WORDS_PER_CHUNK = 60;
const TOPICS = 200;
const NOISE = 0.6;

/** The same vault each time: its key lies in no file, and what it guards is made up. */
export async function openColdVault(raw: RecordStore): Promise<OpenVault> {
  const vaultKey = new Uint8Array(32).fill(7);
  return vaultOf(raw, await VaultKeys.of(vaultKey, '00000000000000000000000000000007' as VaultId, 1));
}

export function openColdStore(): Promise<IndexedDbStore> {
  return IndexedDbStore.open(DATABASE);
}

export function deleteColdLibrary(): Promise<void> {
  return deleteRecordStore(DATABASE);
}

/**
 * Writes a library as compaction leaves it, through the product's own segment writer, sealed into IndexedDB: made texts of
 * 60 words, and made vectors, clustered by topic, of one to seven rows for each chunk, four on average.
 */
export async function fillColdLibrary({ chunkCount, modelKey, dimensions }: ColdLibraryRequest): Promise<{
  readonly buildMs: number;
  readonly textBytes: number;
  readonly rowCount: number;
}> {
  await deleteColdLibrary();
  const raw = await openColdStore();
  const { store } = await openColdVault(raw);
  const index = new SearchIndex();
  const made = new MadeText(20261121);
  const random = randomFrom(41);
  const topics = Array.from({ length: TOPICS }, () => Float32Array.from({ length: dimensions }, () => random() - 0.5));
  const entries: SegmentEntry[] = [];
  let document = newDocument(made);
  let buildMs = 0;
  let textBytes = 0;
  let rows = 0;
  for (let first = 0; first < chunkCount; first += MERGED_SEGMENT_CHUNKS) {
    const count = Math.min(MERGED_SEGMENT_CHUNKS, chunkCount - first);
    const chunks: Chunk[] = [];
    const documents: SourceDocument[] = [];
    for (let at = 0; at < count; at++) {
      const position = (first + at) % CHUNKS_PER_DOCUMENT;
      if (position === 0) documents.push((document = newDocument(made)));
      chunks.push(newChunk(document, position, made));
    }
    const rowCounts = Uint16Array.from(chunks, () => made.between(1, 7));
    const vectors = madeRows(rowCounts, topics, dimensions, random);
    const startedAt = performance.now();
    const lexical = await index.buildLexical(chunks.map((chunk) => indexable(chunk, document.title, document.path)));
    const built = await index.buildVectors({ vectors, rowCounts }, dimensions);
    const prepared = prepareSegment(chunks, lexical, [{ modelKey, dimensions, built, isComplete: true }], undefined);
    const writes: Write[] = documents.map((value) => ({
      kind: 'put',
      store: 'documents',
      id: recordIdOf(value.documentId),
      value: encodeRecord(value),
    }));
    await store.commit([...prepared.writes, ...writes]);
    buildMs += performance.now() - startedAt;
    entries.push(prepared.entry);
    textBytes += chunks.reduce((sum, chunk) => sum + chunk.text.length, 0);
    rows += rowCounts.reduce((sum, rowCount) => sum + rowCount, 0);
  }
  const manifest = encodeManifest({ generation: 1, segments: entries });
  await store.commit([{ kind: 'put', store: 'segments', id: MANIFEST_ID, value: manifest }]);
  raw.close();
  return { buildMs, textBytes, rowCount: rows };
}

function newDocument(made: MadeText): SourceDocument {
  const title = made.title();
  return {
    documentId: randomId<DocumentId>(),
    path: `made/${title}-${made.between(0, 1e9)}.md`,
    title,
    status: 'searchable',
    currentVersionId: randomId<VersionId>(),
    format: 'markdown',
    sizeBytes: 8000,
    addedAt: 0,
    updatedAt: 0,
    tags: [],
    chunkCount: CHUNKS_PER_DOCUMENT,
    warnings: [],
  };
}

function newChunk({ documentId, currentVersionId, title }: SourceDocument, position: number, made: MadeText): Chunk {
  const text = made.words(WORDS_PER_CHUNK);
  return {
    chunkId: randomId<ChunkId>(),
    documentId,
    versionId: currentVersionId,
    position,
    identity: randomId<ContentIdentity>(),
    text,
    headingPath: [title],
    locator: { kind: 'heading', path: [title], range: { start: position * 400, end: position * 400 + text.length } },
    quote: { exact: text, prefix: '', suffix: '' },
    tokenCount: 80,
  };
}

function madeRows(
  rowCounts: Uint16Array,
  topics: readonly Float32Array[],
  dimensions: number,
  random: () => number,
): Float32Array {
  const rows = new Float32Array(rowCounts.reduce((sum, count) => sum + count, 0) * dimensions);
  let offset = 0;
  for (const count of rowCounts) {
    const topic = topics[Math.floor(random() * topics.length)];
    for (let row = 0; row < count; row++) {
      let norm = 0;
      for (let i = 0; i < dimensions; i++) {
        const value = (topic?.[i] ?? 0) + NOISE * (random() - 0.5);
        rows[offset + i] = value;
        norm += value * value;
      }
      const scale = 1 / Math.sqrt(norm);
      for (let i = 0; i < dimensions; i++) rows[offset + i] = (rows[offset + i] ?? 0) * scale;
      offset += dimensions;
    }
  }
  return rows;
}
