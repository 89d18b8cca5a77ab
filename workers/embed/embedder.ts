import { transfer } from 'comlink';
import { InvalidInputError, WorkerCrashedError } from '../../src/domain/errors.ts';
import type { EmbeddingModel } from '../../src/domain/embedding-model.ts';
import type { PassageVectors } from '../../src/domain/passage-vectors.ts';
import type { QueryTokens, TokenTable } from '../../src/domain/token-alignment.ts';
import type { EmbedApi, EmbedLoadRequest, EmbedStatus, RerankerLoadRequest } from './api.ts';
import type { CrossEncoder } from './cross-encoder.ts';
import { openModelFiles, unavailable, type ModelFiles } from './model-files.ts';
import type { SentenceEncoder } from './sentence-encoder.ts';
import type * as TransformerLoading from './transformer-loading.ts';

type LoadedOn = Pick<EmbedStatus, 'device' | 'threads' | 'isMeasured'>;

/** The embed worker: holds one model and runs it where it is fastest. */
export class Embedder implements EmbedApi {
  #encoder: SentenceEncoder | undefined;
  #reranker: CrossEncoder | undefined;
  /** Calls take turns: a model is never replaced under an embedding that runs. */
  #turn: Promise<unknown> = Promise.resolve();
  /** After a load that failed, transformers.js fails every later one in the same worker with the same error. */
  #hasFailed = false;

  load(request: EmbedLoadRequest): Promise<EmbedStatus> {
    return this.#inTurn(async () => {
      if (this.#hasFailed) throw new WorkerCrashedError('A load failed in this worker before. Use a new one.');
      const startedAt = performance.now();
      const { model } = request;
      await this.#encoder?.dispose();
      this.#encoder = undefined;
      const files = await openModelFiles(request);
      const loadedOn =
        model.architecture === 'static'
          ? await this.#loadStatic(model, files)
          : await this.#loadNetwork(request, files);
      const { modelId, dimensions } = model;
      return { modelId, dimensions, ...loadedOn, loadMs: performance.now() - startedAt };
    });
  }

  planBatches(texts: readonly string[]): Promise<number[][]> {
    return this.#inTurn(() => Promise.resolve(this.#loaded().planBatches(texts)));
  }

  embedPassages(texts: readonly string[]): Promise<PassageVectors> {
    return this.#inTurn(async () => {
      const passages = await this.#loaded().embedPassages(texts);
      const { vectors, rowCounts, tokens } = passages;
      const ofTokens = tokens ? [tokens.ids.buffer, tokens.counts.buffer] : [];
      return transfer(passages, [vectors.buffer, rowCounts.buffer, ...ofTokens]);
    });
  }

  queryTokens(text: string, wordWeights: Readonly<Record<string, number>>): Promise<QueryTokens | undefined> {
    return this.#inTurn(() => Promise.resolve(this.#loaded().queryTokens(text, wordWeights)));
  }

  tokenTable(): Promise<TokenTable | undefined> {
    return this.#inTurn(() => {
      const table = this.#loaded().tokenTable();
      return Promise.resolve(table && transfer(table, [table.packed.buffer, table.scales.buffer]));
    });
  }

  embedQuery(text: string, wordWeights?: Readonly<Record<string, number>>): Promise<Float32Array> {
    return this.#inTurn(async () => {
      const vector = await this.#loaded().embedQuery(text, wordWeights);
      return transfer(vector, [vector.buffer]);
    });
  }

  embed(texts: readonly string[], kind: 'query' | 'passage'): Promise<Float32Array> {
    return this.#inTurn(async () => {
      const vectors = await this.#loaded().embed(texts, kind);
      return transfer(vectors, [vectors.buffer]);
    });
  }

  countTokens(texts: readonly string[]): Promise<number[]> {
    return this.#inTurn(() => Promise.resolve(this.#loaded().countTokens(texts)));
  }

  loadReranker(request: RerankerLoadRequest): Promise<void> {
    return this.#inTurn(async () => {
      await this.#reranker?.dispose();
      this.#reranker = undefined;
      const { loadReranker } = await import('./reranker-loading.ts');
      this.#reranker = await loadReranker(request);
    });
  }

  rerank(question: string, passages: readonly string[]): Promise<Float32Array> {
    return this.#inTurn(async () => {
      if (!this.#reranker) throw new InvalidInputError('No model for a second look is loaded.');
      const scores = await this.#reranker.score(question, passages);
      return transfer(scores, [scores.buffer]);
    });
  }

  /** Through the app's own engine: nothing but the model's two files is read. */
  async #loadStatic(model: EmbeddingModel, files: ModelFiles): Promise<LoadedOn> {
    const { StaticSentenceModel } = await import('./static-sentence-model.ts').catch(partMissing(model));
    this.#encoder = await StaticSentenceModel.load(model, files);
    return { device: 'wasm', threads: 1, isMeasured: false };
  }

  async #loadNetwork(request: EmbedLoadRequest, files: ModelFiles): Promise<LoadedOn> {
    const loading: typeof TransformerLoading = await import('./transformer-loading.ts').catch(
      partMissing(request.model),
    );
    this.#hasFailed = true;
    const { encoder, hasFailed, device, threads, isMeasured } = await loading.loadTransformer(request, files);
    this.#hasFailed = hasFailed;
    this.#encoder = encoder;
    return { device, threads, isMeasured };
  }

  #loaded(): SentenceEncoder {
    if (!this.#encoder) throw new InvalidInputError('No embedding model is loaded.');
    return this.#encoder;
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(run);
    // The next in line waits for the end of this one, not for its success.
    this.#turn = mine.catch(() => undefined);
    return mine;
  }
}

function partMissing(model: EmbeddingModel): (error: unknown) => never {
  return (error) => {
    throw unavailable(
      model,
      'the part of the app that runs models could not be loaded from this site',
      'Reload the page while you are online.',
      error,
    );
  };
}
