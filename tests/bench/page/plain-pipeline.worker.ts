import { env, pipeline, type FeatureExtractionPipeline } from '@huggingface/transformers';
import { expose } from 'comlink';

let extractor: FeatureExtractionPipeline | undefined;

const plainPipeline = {
  /** transformers.js as its guide has it: a pipeline, and texts handed to it in the order in which they come. */
  async load(modelId: string, dtype: 'q8' | 'q4', siteUrl: string, threads: number): Promise<void> {
    const { wasm } = env.backends.onnx;
    if (!wasm) throw new Error('This build of transformers.js has no WebAssembly runtime.');
    const fileUrl = (ending: string): string => new URL(`ort/ort-wasm-simd-threaded.${ending}`, siteUrl).href;
    wasm.wasmPaths = { mjs: fileUrl('mjs'), wasm: fileUrl('wasm') };
    wasm.numThreads = threads;
    env.useWasmCache = false;
    env.useBrowserCache = false;
    env.allowRemoteModels = false;
    env.allowLocalModels = true;
    env.localModelPath = new URL('models/', siteUrl).pathname;
    extractor = await pipeline('feature-extraction', modelId, { dtype, device: 'wasm' });
  },

  async embed(texts: readonly string[], batchSize: number): Promise<Float32Array> {
    if (extractor === undefined) throw new Error('Nothing was loaded.');
    let last = new Float32Array(0);
    for (let first = 0; first < texts.length; first += batchSize) {
      const { data } = await extractor(texts.slice(first, first + batchSize), { pooling: 'mean', normalize: true });
      last = Float32Array.from(data as Float32Array);
    }
    return last;
  },
};

export type PlainPipelineApi = typeof plainPipeline;
expose(plainPipeline);
