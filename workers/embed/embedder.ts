import { transfer } from 'comlink';
import { InvalidInputError, ModelUnavailableError, WorkerCrashedError } from '../../src/domain/errors.ts';
import type { EmbeddingModel } from '../../src/domain/embedding-model.ts';
import { oneRowEach, type PassageVectors } from '../../src/domain/passage-vectors.ts';
import type { EmbedApi, EmbedLoadRequest, EmbedStatus } from './api.ts';
import { openModelFiles, unavailable, type ModelFiles } from './model-files.ts';
import { configureRuntime, serveModelFiles, threadCount } from './runtime.ts';
import { SentenceModel } from './sentence-model.ts';

/** Below this a model is a table look-up, for which a graphics processor is a detour. */
const MIN_GPU_MODEL_BYTES = 10_000_000;

type Device = EmbedStatus['device'];

/** The embed worker: holds one model and runs it where it is fastest. */
export class Embedder implements EmbedApi {
  #loaded: SentenceModel | undefined;
  /** Calls take turns: a model is never replaced under an embedding that runs. */
  #turn: Promise<unknown> = Promise.resolve();
  /** After a load that failed, transformers.js fails every later one in the same worker with the same error. */
  #hasFailed = false;

  load(request: EmbedLoadRequest): Promise<EmbedStatus> {
    return this.#inTurn(async () => {
      if (this.#hasFailed) throw new WorkerCrashedError('A load failed in this worker before. Use a new one.');
      const startedAt = performance.now();
      const { model, siteUrl, maxThreads } = request;
      await this.#loaded?.dispose();
      this.#loaded = undefined;
      const files = await openModelFiles(request);
      const threads = threadCount(maxThreads);
      const wantsGpu = await isGpuWanted(request);
      const variant = configureRuntime(siteUrl, wantsGpu ? 'asyncify' : 'plain', threads);
      serveModelFiles(model.modelId, files.fetch);
      const canUseGpu = wantsGpu && variant === 'asyncify';
      if (request.device === 'webgpu' && !canUseGpu) {
        throw unavailable(
          model,
          'this browser gives the app no graphics processor',
          'Choose the processor, or automatic, as the device in settings.',
        );
      }
      const { loaded, device, isMeasured } = await this.#loadOn(
        request.device === 'auto' && canUseGpu ? 'faster' : canUseGpu ? 'webgpu' : 'wasm',
        model,
        files,
      );
      this.#loaded = loaded;
      return {
        modelId: model.modelId,
        dimensions: model.dimensions,
        threads,
        device,
        isMeasured,
        loadMs: performance.now() - startedAt,
      };
    });
  }

  embedPassages(texts: readonly string[]): Promise<PassageVectors> {
    return this.#inTurn(async () => {
      const model = this.#model();
      const passages = oneRowEach(await model.embed(texts, 'passage'), model.model.dimensions);
      return transfer(passages, [passages.vectors.buffer, passages.rowCounts.buffer]);
    });
  }

  embedQuery(text: string): Promise<Float32Array> {
    return this.embed([text], 'query');
  }

  embed(texts: readonly string[], kind: 'query' | 'passage'): Promise<Float32Array> {
    return this.#inTurn(async () => {
      const vectors = await this.#model().embed(texts, kind);
      return transfer(vectors, [vectors.buffer]);
    });
  }

  countTokens(texts: readonly string[]): Promise<number[]> {
    return this.#inTurn(() => Promise.resolve(this.#model().countTokens(texts)));
  }

  async #loadOn(device: Device | 'faster', model: EmbeddingModel, files: ModelFiles): Promise<LoadedOn> {
    try {
      if (device !== 'faster') return await loadOn(device, model, files);
      const onProcessor = await loadOn('wasm', model, files);
      const onGpu = await this.#tryGpu(model, files);
      return onGpu === undefined ? onProcessor : await keepFaster(onProcessor, onGpu);
    } catch (error) {
      this.#hasFailed = true;
      throw explain(model, error);
    }
  }

  async #tryGpu(model: EmbeddingModel, files: ModelFiles): Promise<LoadedOn | undefined> {
    try {
      return await loadOn('webgpu', model, files);
    } catch (error) {
      // A driver that cannot run this model is no reason to go without it.
      console.warn(`${model.modelId} does not run on the graphics processor.`, error);
      this.#hasFailed = true;
      return undefined;
    }
  }

  #model(): SentenceModel {
    if (!this.#loaded) throw new InvalidInputError('No embedding model is loaded.');
    return this.#loaded;
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(run);
    // The next in line waits for the end of this one, not for its success.
    this.#turn = mine.catch(() => undefined);
    return mine;
  }
}

/** On `auto` only a real graphics processor counts: a software one is slower than WebAssembly. */
async function isGpuWanted({ device, model }: EmbedLoadRequest): Promise<boolean> {
  if (device === 'wasm' || !('gpu' in navigator)) return false;
  if (device === 'auto' && model.sizeBytes < MIN_GPU_MODEL_BYTES) return false;
  const gpu: GPU = navigator.gpu;
  const adapter = await gpu.requestAdapter();
  return adapter !== null && (device === 'webgpu' || !adapter.info.isFallbackAdapter);
}

interface LoadedOn {
  readonly loaded: SentenceModel;
  readonly device: Device;
  readonly isMeasured: boolean;
}

async function loadOn(device: Device, model: EmbeddingModel, files: ModelFiles): Promise<LoadedOn> {
  return { loaded: await SentenceModel.load(model, { readJson: files.readJson, device }), device, isMeasured: false };
}

/** Times one batch on each and lets go of the slower. The status tells which was kept, so that the next load need not do it. */
async function keepFaster(onProcessor: LoadedOn, onGpu: LoadedOn): Promise<LoadedOn> {
  const processorMs = await timeOneBatch(onProcessor.loaded);
  const gpuMs = await timeOneBatch(onGpu.loaded).catch((error: unknown) => {
    console.warn(`${onGpu.loaded.model.modelId} does not run on the graphics processor.`, error);
    return Infinity;
  });
  const [kept, dropped] = gpuMs < processorMs ? [onGpu, onProcessor] : [onProcessor, onGpu];
  await dropped.loaded.dispose();
  return { ...kept, isMeasured: true };
}

async function timeOneBatch(loaded: SentenceModel): Promise<number> {
  const texts = Array.from({ length: 8 }, (_, i) => `Sample ${i} of an ordinary sentence with some words. `.repeat(12));
  // The first run compiles shaders and is not counted.
  await loaded.embed(texts, 'passage');
  const startedAt = performance.now();
  await loaded.embed(texts, 'passage');
  return performance.now() - startedAt;
}

/** What the library and the runtime throw, in the person's terms. */
function explain(model: EmbeddingModel, error: unknown): Error {
  if (error instanceof ModelUnavailableError) return error;
  const text = error instanceof Error ? error.message : String(error);
  if (/no available backend/i.test(text)) {
    return unavailable(
      model,
      'the part of the app that runs models could not be loaded from this site',
      'Reload the page while you are online.',
      error,
    );
  }
  if (/file was not found|could not locate file/i.test(text)) {
    return unavailable(
      model,
      'some of its files are missing',
      'Add the model again from a complete folder, or choose another in settings.',
      error,
    );
  }
  if (error instanceof TypeError && /fetch|network|load failed/i.test(text)) {
    return unavailable(
      model,
      'one of its files could not be fetched, perhaps because this device went offline',
      'Try again when you are online.',
      error,
    );
  }
  if (error instanceof RangeError || /memory|allocat/i.test(text)) {
    return unavailable(
      model,
      'this device has not enough free memory for it',
      'Close other tabs, or choose a smaller model in settings.',
      error,
    );
  }
  return unavailable(
    model,
    'its files are damaged or made for another program',
    'Add the model again, or choose another in settings.',
    error,
  );
}
