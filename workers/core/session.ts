import type { ChunkingSettings } from '../../src/domain/settings.ts';
import type { EmbeddingModel } from '../../src/domain/embedding-model.ts';
import { CHUNKER_VERSION } from '../../src/engine/chunking/chunk-document.ts';
import { Conversations } from '../../src/features/chat/conversations.ts';
import { AnswerCache } from '../../src/features/knowledge/answer-cache.ts';
import type { Retrieval } from '../../src/features/knowledge/retrieve.ts';
import type { IngestDeps } from '../../src/features/knowledge/ingest.ts';
import type { Library } from '../../src/features/knowledge/library.ts';
import { Meaning } from '../../src/features/knowledge/meaning.ts';
import { openLibrary } from '../../src/features/knowledge/open-library.ts';
import { PauseGate } from '../../src/features/knowledge/turnstile.ts';
import { SettingsRecord } from '../../src/features/settings/settings-record.ts';
import type { OpenVault } from '../../src/features/vault/vault.ts';
import { ComputeReranker } from '../../src/platform/compute/compute-reranker.ts';
import type { Reranker } from '../../src/platform/compute/ports.ts';
import { findReranker } from '../../src/platform/compute/rerankers.ts';
import { ComputeEmbedder, type ComputeEmbedderOptions } from '../../src/platform/compute/compute-embedder.ts';
import { EarlyEmbedder } from '../../src/platform/compute/early-embedder.ts';
import type { EarlyEngine } from '../../src/platform/compute/early-engine.ts';
import { ComputeExtractor } from '../../src/platform/compute/compute-extractor.ts';
import {
  BUILT_IN_MODEL_ID,
  EMBEDDING_MODELS,
  findModel,
  isOutdatedKey,
  modelKey,
} from '../../src/platform/compute/models.ts';
import { spawnSearcher } from '../../src/platform/compute/compute-searcher.ts';
import type { ComputeSearcher } from '../../src/platform/compute/compute-searcher.ts';

/** Everything that exists only while a library is open. Ending it ends its workers. */
export class Session {
  readonly library: Library;
  readonly meaning: Meaning;
  readonly conversations: Conversations;
  readonly settings: SettingsRecord;
  readonly pause: PauseGate;
  readonly vault: OpenVault;
  readonly searcher: ComputeSearcher;
  readonly isSample: boolean;
  /** What was found for recent questions. */
  readonly answers: AnswerCache<Retrieval>;
  /** Imports going on now. */
  readonly imports = { count: 0 };
  isTakenOver = false;
  /** Set by `dispose`: what still runs will fail, and nobody is left to tell. */
  isDisposed = false;
  readonly #closing: AbortController;
  readonly #extractor = new ComputeExtractor(FILES_AT_ONCE);
  readonly #listeners = new Set<() => void>();
  readonly #site: { readonly siteUrl: string; readonly hubUrl: string };
  #reranker: ComputeReranker | undefined;

  private constructor(parts: SessionParts) {
    this.vault = parts.vault;
    this.searcher = parts.searcher;
    this.library = parts.library;
    this.answers = new AnswerCache(parts.library, () => performance.now());
    this.meaning = parts.meaning;
    this.conversations = parts.conversations;
    this.settings = parts.settings;
    this.pause = parts.pause;
    this.isSample = parts.isSample;
    this.#closing = parts.closing;
    this.#site = parts.site;
    this.library.onChange(() => {
      this.changed();
    });
    this.meaning.onState(() => {
      this.changed();
    });
  }

  static async open(
    vault: OpenVault,
    options: { readonly siteUrl: string; readonly hubUrl: string; readonly isSample: boolean },
    engine?: EarlyEngine,
  ): Promise<Session> {
    const searcher = engine?.searcher ?? spawnSearcher();
    const pause = new PauseGate();
    const identityOf = vault.identityOf.bind(vault);
    const closing = new AbortController();
    const conversing = Conversations.open(vault.store, Date.now);
    const settings = await SettingsRecord.open(vault.store);
    const { embeddingModelId } = settings.current;
    const expected =
      embeddingModelId === undefined ? undefined : EMBEDDING_MODELS.find((m) => m.modelId === embeddingModelId);
    const embedding: ComputeEmbedderOptions = {
      hubUrl: options.hubUrl,
      knownDevice: (modelId) => settings.current.embeddingDevices?.[modelId],
      onMeasured: async (modelId, device) => {
        await settings.update((current) => ({
          ...current,
          embeddingDevices: { ...current.embeddingDevices, [modelId]: device },
        }));
      },
    };
    // The model that came with the app is loaded while the library is read; others may have to be fetched first.
    let early =
      expected?.modelId === BUILT_IN_MODEL_ID
        ? (engine?.takeEmbedder() ?? new EarlyEmbedder(expected, options.siteUrl, embedding))
        : undefined;
    engine?.dropModel();
    let preparing = early && engine;
    closing.signal.addEventListener('abort', () => early?.dispose());
    const [{ library, repaired }, conversations] = await Promise.all([
      openLibrary(vault.store, searcher.api, identityOf, {
        ...(expected && { modelKey: modelKey(expected, CHUNKER_VERSION) }),
        tiers: () => settings.current.tiers,
        signal: closing.signal,
      }),
      conversing,
    ]);
    const meaning = new Meaning({
      library,
      searcher: searcher.api,
      pause,
      createEmbedder: () => {
        const created = early ?? new ComputeEmbedder(options.siteUrl, embedding);
        early = undefined;
        return created;
      },
      hasTokenTable: async (key) => {
        const had = (await preparing?.hasTokenTable(key)) ?? false;
        // Once: a model that is let go of takes its token vectors with it.
        preparing = undefined;
        return had;
      },
      modelKeyOf: (model: EmbeddingModel) => modelKey(model, CHUNKER_VERSION),
      isOutdatedKey: (key, model) => isOutdatedKey(key, model, CHUNKER_VERSION),
    });
    // Parts that were made anew have lost their vectors where those were damaged too.
    void repaired.then(
      () => meaning.wake(),
      (error: unknown) => {
        if (!closing.signal.aborted) throw error;
      },
    );
    return new Session({
      vault,
      searcher,
      library,
      meaning,
      conversations,
      settings,
      pause,
      isSample: options.isSample,
      closing,
      site: options,
    });
  }

  /** Records and parts that could not be opened as they were. */
  get damagedCount(): number {
    return this.library.health.current.damagedCount;
  }

  get ingestDeps(): IngestDeps {
    return {
      library: this.library,
      meaning: this.meaning,
      extractor: this.#extractor,
      identityOf: this.vault.identityOf.bind(this.vault),
      chunking: () => this.#chunking(),
      pause: this.pause,
      filesAtOnce: FILES_AT_ONCE,
      now: Date.now,
    };
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /** The chosen model for a second look at what was found; loaded when it is first asked. */
  secondLook(): { readonly reranker?: Reranker } {
    const reranker = this.#chosenReranker();
    return reranker ? { reranker } : {};
  }

  /** Loads the chosen model for a second look now. Throws `ModelUnavailableError` when it cannot be had. */
  async prepareSecondLook(): Promise<void> {
    await this.#chosenReranker()?.prepare({ signal: this.#closing.signal });
  }

  #chosenReranker(): ComputeReranker | undefined {
    const { rerankerModelId = '' } = this.settings.current;
    const model = findReranker(rerankerModelId);
    if (this.#reranker?.modelId !== model?.modelId) {
      this.#reranker?.dispose();
      this.#reranker = model && new ComputeReranker(model, this.#site.siteUrl, this.#site.hubUrl);
    }
    return this.#reranker;
  }

  /** Ends the workers that waited for the next file. */
  endImport(): void {
    this.#extractor.dispose();
  }

  dispose(): void {
    this.isDisposed = true;
    this.#closing.abort();
    this.meaning.dispose();
    this.#extractor.dispose();
    this.searcher.dispose();
    this.#reranker?.dispose();
  }

  /** The person's chunk size, or what the chosen model can read where that is less, whether or not it is here yet. */
  #chunking(): ChunkingSettings {
    const { chunking, embeddingModelId } = this.settings.current;
    const model = this.meaning.model ?? (embeddingModelId === undefined ? undefined : findModel(embeddingModelId));
    const limit = model ? model.maxTokens - TOKENS_FOR_HEADINGS : chunking.maxTokens;
    return { ...chunking, maxTokens: Math.min(chunking.maxTokens, limit) };
  }
}

/** Two even on one core, as reading waits for starts and disks; more than four would crowd out the model. */
const FILES_AT_ONCE = Math.min(4, Math.max(2, navigator.hardwareConcurrency));

/** Left free in the model's window for the headings that go before a chunk and the model's own marks. */
const TOKENS_FOR_HEADINGS = 40;

interface SessionParts {
  readonly vault: OpenVault;
  readonly searcher: ComputeSearcher;
  readonly library: Library;
  readonly meaning: Meaning;
  readonly conversations: Conversations;
  readonly settings: SettingsRecord;
  readonly pause: PauseGate;
  readonly isSample: boolean;
  readonly closing: AbortController;
  readonly site: { readonly siteUrl: string; readonly hubUrl: string };
}
