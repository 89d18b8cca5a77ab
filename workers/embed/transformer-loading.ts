import type { EmbeddingModel } from '../../src/domain/embedding-model.ts';
import type { EmbedLoadRequest, EmbedStatus } from './api.ts';
import { explainFailure } from './explain-failure.ts';
import { unavailable, type ModelFiles } from './model-files.ts';
import { configureRuntime, serveModelFiles, threadCount } from './runtime.ts';
import { SentenceModel } from './sentence-model.ts';

/** Below this a model is a table look-up, for which a graphics processor is a detour. */
const MIN_GPU_MODEL_BYTES = 10_000_000;

type Device = EmbedStatus['device'];

export interface LoadedTransformer {
  readonly encoder: SentenceModel;
  readonly device: Device;
  readonly threads: number;
  /** Whether `device` was found by running the model on both. */
  readonly isMeasured: boolean;
  /** Whether a load on the way has failed: transformers.js fails every later one in the same worker with the same error. */
  readonly hasFailed: boolean;
}

/**
 * Loads a model that transformers.js runs, where it is fastest. In a module of its own so that neither that library nor
 * the ONNX runtime is fetched for a model that needs none. Throws `ModelUnavailableError`.
 */
export async function loadTransformer(request: EmbedLoadRequest, files: ModelFiles): Promise<LoadedTransformer> {
  const { model, siteUrl, maxThreads } = request;
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
  try {
    if (request.device !== 'auto' || !canUseGpu) {
      const only = await loadOn(canUseGpu ? 'webgpu' : 'wasm', model, files);
      return { ...only, threads, isMeasured: false, hasFailed: false };
    }
    const onProcessor = await loadOn('wasm', model, files);
    const onGpu = await tryGpu(model, files);
    if (onGpu === undefined) return { ...onProcessor, threads, isMeasured: false, hasFailed: true };
    return { ...(await keepFaster(onProcessor, onGpu)), threads, isMeasured: true, hasFailed: false };
  } catch (error) {
    throw explainFailure(model, error);
  }
}

async function tryGpu(model: EmbeddingModel, files: ModelFiles): Promise<LoadedOn | undefined> {
  try {
    return await loadOn('webgpu', model, files);
  } catch (error) {
    // A driver that cannot run this model is no reason to go without it.
    console.warn(`${model.modelId} does not run on the graphics processor.`, error);
    return undefined;
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
  readonly encoder: SentenceModel;
  readonly device: Device;
}

async function loadOn(device: Device, model: EmbeddingModel, files: ModelFiles): Promise<LoadedOn> {
  return { encoder: await SentenceModel.load(model, { readJson: files.readJson, device }), device };
}

/** Times one batch on each and lets go of the slower. The status tells which was kept, so that the next load need not do it. */
async function keepFaster(onProcessor: LoadedOn, onGpu: LoadedOn): Promise<LoadedOn> {
  const processorMs = await timeOneBatch(onProcessor.encoder);
  const gpuMs = await timeOneBatch(onGpu.encoder).catch((error: unknown) => {
    console.warn(`${onGpu.encoder.model.modelId} does not run on the graphics processor.`, error);
    return Infinity;
  });
  const [kept, dropped] = gpuMs < processorMs ? [onGpu, onProcessor] : [onProcessor, onGpu];
  await dropped.encoder.dispose();
  return kept;
}

async function timeOneBatch(encoder: SentenceModel): Promise<number> {
  const texts = Array.from({ length: 8 }, (_, i) => `Sample ${i} of an ordinary sentence with some words. `.repeat(12));
  // The first run compiles shaders and is not counted.
  await encoder.embed(texts, 'passage');
  const startedAt = performance.now();
  await encoder.embed(texts, 'passage');
  return performance.now() - startedAt;
}
