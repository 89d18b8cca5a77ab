import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface NodeEmbedder {
  readonly model: string;
  readonly dimensions: number;
  /** L2-normalised rows in the order of `texts`. */
  embed(texts: readonly string[]): Promise<Float32Array>;
}

const BATCH_SIZE = 8;

/**
 * Loads a sentence model from a folder in the layout of transformers.js and runs it in Node on the WebAssembly
 * runtime that the browser uses. Mean pooling unless told otherwise; the 8-bit weights where there are any.
 */
export async function loadNodeEmbedder(folder: string, pooling: 'mean' | 'cls' = 'mean'): Promise<NodeEmbedder> {
  const modelFolder = resolve(folder);
  if (!existsSync(join(modelFolder, 'tokenizer.json'))) throw new Error(`${modelFolder} holds no tokenizer.json`);
  const runtime = await import('onnxruntime-web');
  runtime.env.wasm.numThreads = 1;
  // transformers.js takes this runtime, if it is there when it is first imported, instead of the native one for Node.
  Object.assign(globalThis, { [Symbol.for('onnxruntime')]: runtime });
  const { env, pipeline } = await import('@huggingface/transformers');
  env.allowRemoteModels = false;
  env.useWasmCache = false;
  env.localModelPath = `${dirname(modelFolder)}/`;
  const wasm = env.backends.onnx.wasm;
  if (wasm === undefined) throw new Error('The WebAssembly runtime is missing.');
  const runtimeFolder = dirname(createRequire(import.meta.url).resolve('onnxruntime-web'));
  wasm.wasmPaths = `${pathToFileURL(runtimeFolder).href}/`;
  const dtype = existsSync(join(modelFolder, 'onnx/model_quantized.onnx')) ? 'q8' : 'fp32';
  const extract = await pipeline('feature-extraction', basename(modelFolder), { dtype, device: 'auto' });
  const run = async (texts: string[]): Promise<Float32Array> => {
    const output = await extract(texts, { pooling, normalize: true });
    if (!(output.data instanceof Float32Array)) throw new Error('The model does not give 32-bit floats.');
    return output.data;
  };
  const dimensions = (await run(['dimensions'])).length;
  return {
    model: basename(modelFolder),
    dimensions,
    embed: async (texts) => {
      // Batches of like length: little padding.
      const order = texts.map((text, index) => ({ index, length: text.length })).sort((a, b) => a.length - b.length);
      const rows = new Float32Array(texts.length * dimensions);
      for (let at = 0; at < order.length; at += BATCH_SIZE) {
        const batch = order.slice(at, at + BATCH_SIZE);
        const vectors = await run(batch.map(({ index }) => texts[index] ?? ''));
        batch.forEach(({ index }, row) => {
          rows.set(vectors.subarray(row * dimensions, (row + 1) * dimensions), index * dimensions);
        });
      }
      return rows;
    },
  };
}
