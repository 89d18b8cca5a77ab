import type { Chunk } from '../../../src/domain/chunk.ts';
import type { EmbeddingModel } from '../../../src/domain/embedding-model.ts';
import { siteFileUrl, weightsPath } from '../../../src/domain/model-files.ts';
import { joinPassages, splitPassages, type PassageRows } from '../../../src/domain/passage-vectors.ts';
import { StaticModel } from '../../../src/engine/embedding/static-model.ts';
import type { SourceDocument } from '../../../src/domain/document.ts';
import { randomId, recordIdOf } from '../../../src/domain/ids.ts';
import type { ChunkId, ContentIdentity, DocumentId, VaultId, VersionId } from '../../../src/domain/ids.ts';
import { encodeManifest, MANIFEST_ID, MERGED_SEGMENT_CHUNKS } from '../../../src/features/knowledge/manifest.ts';
import type { SegmentEntry } from '../../../src/features/knowledge/manifest.ts';
import { embeddingText, indexable, prepareSegment } from '../../../src/features/knowledge/segment-writer.ts';
import { vaultOf } from '../../../src/features/vault/open-vault.ts';
import type { OpenVault } from '../../../src/features/vault/open-vault.ts';
import { VaultKeys } from '../../../src/platform/crypto/vault-keys.ts';
import { IndexedDbStore } from '../../../src/platform/storage/indexeddb-store.ts';
import { encodeRecord } from '../../../src/platform/storage/json-record.ts';
import { deleteRecordStore } from '../../../src/platform/storage/open-record-store.ts';
import type { RecordStore, Write } from '../../../src/platform/storage/record-store.ts';
import { SearchIndex } from '../../../workers/search/search-index.ts';
import { MadeText, TOPICS } from '../made-text.ts';

/** A library on disk that is closed and opened again from page to page. */
export interface ColdLibraryRequest {
  readonly chunkCount: number;
  readonly modelKey: string;
  readonly model: EmbeddingModel;
  readonly siteUrl: string;
}

const DATABASE = 'bench-cold-library';
const CHUNKS_PER_DOCUMENT = 20;
const WORDS_PER_CHUNK = 60;
/** Chunks embedded in one call. */
const EMBEDDED_AT_ONCE = 512;

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
 * 60 words, half of them on the document's topic, embedded by the built-in model, windows and all. `buildMs` is for
 * embedding, indexing, sealing and storing.
 */
export async function fillColdLibrary({ chunkCount, modelKey, model, siteUrl }: ColdLibraryRequest): Promise<{
  readonly buildMs: number;
  readonly textBytes: number;
  readonly rowCount: number;
}> {
  await deleteColdLibrary();
  const raw = await openColdStore();
  const { store } = await openColdVault(raw);
  const index = new SearchIndex();
  const made = new MadeText(20261121);
  const { dimensions } = model;
  const staticModel = await readStaticModel(model, siteUrl);
  const entries: SegmentEntry[] = [];
  let document = newDocument(made);
  let topic = 0;
  let buildMs = 0;
  let textBytes = 0;
  let rows = 0;
  for (let first = 0; first < chunkCount; first += MERGED_SEGMENT_CHUNKS) {
    const count = Math.min(MERGED_SEGMENT_CHUNKS, chunkCount - first);
    const chunks: Chunk[] = [];
    const documents: SourceDocument[] = [];
    for (let at = 0; at < count; at++) {
      const position = (first + at) % CHUNKS_PER_DOCUMENT;
      if (position === 0) {
        documents.push((document = newDocument(made)));
        topic = made.between(0, TOPICS - 1);
      }
      chunks.push(newChunk(document, position, made.wordsAbout(topic, WORDS_PER_CHUNK)));
    }
    const startedAt = performance.now();
    const parts: PassageRows[] = [];
    for (let at = 0; at < chunks.length; at += EMBEDDED_AT_ONCE) {
      const texts = chunks.slice(at, at + EMBEDDED_AT_ONCE).map(embeddingText);
      parts.push(...splitPassages(staticModel.embedPassages(texts), dimensions));
    }
    const passages = joinPassages(parts, dimensions);
    const lexical = await index.buildLexical(chunks.map((chunk) => indexable(chunk, document.title, document.path)));
    const built = await index.buildVectors(passages, dimensions);
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
    rows += passages.rowCounts.reduce((sum, rowCount) => sum + rowCount, 0);
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

function newChunk({ documentId, currentVersionId, title }: SourceDocument, position: number, text: string): Chunk {
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

async function readStaticModel(model: EmbeddingModel, siteUrl: string): Promise<StaticModel> {
  const file = (path: string): Promise<Response> => fetch(siteFileUrl(siteUrl, model.modelId, path));
  const weights = new Uint8Array(await (await file(weightsPath(model))).arrayBuffer());
  const tokenizer = (await (await file('tokenizer.json')).json()) as object;
  return StaticModel.read(weights, tokenizer, {
    maxTokens: model.maxTokens,
    ...(model.windows && { windows: model.windows }),
  });
}
