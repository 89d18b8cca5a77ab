import type { SourceDocument } from '../../../src/domain/document.ts';
import type { EmbeddingModel } from '../../../src/domain/embedding-model.ts';
import { randomId, type DocumentId, type VersionId } from '../../../src/domain/ids.ts';
import { CHUNKER_VERSION } from '../../../src/engine/chunking/chunk-document.ts';
import { Library } from '../../../src/features/knowledge/library.ts';
import { Meaning } from '../../../src/features/knowledge/meaning.ts';
import { openLibrary } from '../../../src/features/knowledge/open-library.ts';
import { PauseGate } from '../../../src/features/knowledge/turnstile.ts';
import { openThrowawayVault, type OpenVault } from '../../../src/features/vault/vault.ts';
import { ComputeEmbedder } from '../../../src/platform/compute/compute-embedder.ts';
import { spawnSearcher, type ComputeSearcher } from '../../../src/platform/compute/compute-searcher.ts';
import { modelKey } from '../../../src/platform/compute/models.ts';
import type { Searcher } from '../../../src/platform/compute/ports.ts';
import { IndexedDbStore } from '../../../src/platform/storage/indexeddb-store.ts';
import { deleteRecordStore } from '../../../src/platform/storage/open-record-store.ts';
import type { RecordStore } from '../../../src/platform/storage/record-store.ts';
import { createExtractor } from '../../../workers/extract/extractor.ts';
import { DESKTOP_LIMITS } from '../../../workers/extract/limits.ts';
import { timed } from '../figure.ts';
import { makeFile } from '../made-files.ts';

const DATABASE = 'bench-library';
const CHUNKING = { maxTokens: 200, overlapTokens: 30 };
const PARAGRAPHS = 60;

/** A library as a session opens it, on IndexedDB, with its workers. */
export class BenchLibrary {
  readonly #siteUrl: string;
  readonly #raw: RecordStore;
  readonly #vault: OpenVault;
  #searcher: ComputeSearcher;
  #library: Library;
  #meaning: Meaning;

  private constructor(
    siteUrl: string,
    raw: RecordStore,
    vault: OpenVault,
    searcher: ComputeSearcher,
    library: Library,
  ) {
    this.#siteUrl = siteUrl;
    this.#raw = raw;
    this.#vault = vault;
    this.#searcher = searcher;
    this.#library = library;
    this.#meaning = this.#newMeaning();
  }

  static async create(siteUrl: string): Promise<BenchLibrary> {
    await deleteRecordStore(DATABASE);
    const raw = await IndexedDbStore.open(DATABASE);
    const vault = await openThrowawayVault(raw);
    const searcher = spawnSearcher();
    const { library } = await openLibrary(vault.store, searcher.api, vault.identityOf.bind(vault));
    return new BenchLibrary(siteUrl, raw, vault, searcher, library);
  }

  get library(): Library {
    return this.#library;
  }

  get parts(): { readonly library: Library; readonly searcher: Searcher; readonly meaning: Meaning } {
    return { library: this.#library, searcher: this.#searcher.api, meaning: this.#meaning };
  }

  /** Publishes made documents until there are `chunkCount` chunks, then embeds them. Making and cutting is not timed. */
  async fill(chunkCount: number, model: EmbeddingModel): Promise<{ publishMs: number; embedMs: number }> {
    let publishMs = 0;
    for (let seed = 0; this.#library.state.liveChunkCount < chunkCount; seed++) {
      const { path, bytes } = makeFile('md', seed, PARAGRAPHS);
      const extractor = createExtractor({ limits: DESKTOP_LIMITS, loadCMap: () => Promise.reject(new Error(path)) });
      await extractor.open({ bytes: bytes.slice().buffer, path, mediaType: '' });
      await extractor.readUnit(0);
      const { outcome, chunks } = await extractor.finish(CHUNKING);
      if (outcome.kind === 'problem') throw new Error(outcome.problem.message);
      const versionId = randomId<VersionId>();
      const document: SourceDocument = {
        documentId: randomId<DocumentId>(),
        path,
        title: outcome.document.title,
        status: 'searchable',
        currentVersionId: versionId,
        format: 'markdown',
        sizeBytes: bytes.length,
        addedAt: 0,
        updatedAt: 0,
        tags: [],
        chunkCount: chunks.length,
        warnings: [],
      };
      publishMs += await timed(() => this.#library.publish(document, versionId, outcome.document, chunks, []));
    }
    await this.#meaning.choose(model);
    const embedMs = await timed(() => this.#meaning.settled());
    if (this.#meaning.state.kind !== 'ready') throw new Error(`The model is ${this.#meaning.state.kind}.`);
    return { publishMs, embedMs };
  }

  /** Drops everything in memory and brings it back from the disk, as unlocking does. */
  async reopen(model: EmbeddingModel): Promise<{ wordsMs: number; vectorsMs: number }> {
    this.#meaning.dispose();
    this.#searcher.dispose();
    const wordsMs = await timed(async () => {
      this.#searcher = spawnSearcher();
      const identityOf = this.#vault.identityOf.bind(this.#vault);
      ({ library: this.#library } = await openLibrary(this.#vault.store, this.#searcher.api, identityOf));
    });
    this.#meaning = this.#newMeaning();
    const vectorsMs = await timed(() => this.#meaning.choose(model));
    await this.#meaning.settled();
    return { wordsMs, vectorsMs };
  }

  /** The same library, but every text has still to be read from the disk. Reads only: it must not be changed. */
  unreadLibrary(): Library {
    const { state } = this.#library;
    const unread = new Library(this.#vault.store, this.#searcher.api, this.#vault.identityOf.bind(this.#vault));
    unread.state.apply(state.manifest, state.tables);
    return unread;
  }

  /** Every chunk's text, in lower case. */
  async texts(): Promise<string[]> {
    const ids = [...this.#library.state.tables.values()].flatMap((table) => table.chunkIds);
    const chunks = await this.unreadLibrary().readChunks(ids);
    return chunks.map((chunk) => chunk.text.toLowerCase());
  }

  async close(): Promise<void> {
    this.#meaning.dispose();
    this.#searcher.dispose();
    this.#raw.close();
    await deleteRecordStore(DATABASE);
  }

  #newMeaning(): Meaning {
    return new Meaning({
      library: this.#library,
      searcher: this.#searcher.api,
      pause: new PauseGate(),
      createEmbedder: () => new ComputeEmbedder(this.#siteUrl),
      modelKeyOf: (model) => modelKey(model, CHUNKER_VERSION),
    });
  }
}
