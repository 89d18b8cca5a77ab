import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { oneRowEach, type PassageVectors } from '../src/domain/passage-vectors.ts';
import type { EmbeddingModel } from '../src/domain/embedding-model.ts';
import { EMBEDDING_MODELS } from '../src/platform/compute/models.ts';
import { ortFolder } from './ort-folder.ts';

export interface NodeEmbedder {
  /** The model's name, as a key for its vectors. */
  readonly model: string;
  readonly dimensions: number;
  /** L2-normalised rows in the order of `texts`. The model's own prefix for this kind is added; default: passage. */
  embed(texts: readonly string[], kind?: 'query' | 'passage'): Promise<Float32Array>;
  /** As the embed worker's calls of the same names. */
  embedPassages(texts: readonly string[]): Promise<PassageVectors>;
  embedQuery(text: string, wordWeights?: Readonly<Record<string, number>>): Promise<Float32Array>;
  countTokens(texts: readonly string[]): number[];
  dispose(): Promise<void>;
}

/**
 * The embed worker's own code in Node, on the same WebAssembly runtime, for evaluations, benches and tests.
 * `modelFolder` holds config.json, tokenizer.json and onnx/. The number of threads is that of the first call.
 */
export async function createNodeEmbedder(
  modelFolder: string,
  model: EmbeddingModel,
  { threads = 1 }: { readonly threads?: number } = {},
): Promise<NodeEmbedder> {
  const folder = resolve(modelFolder);
  await useWebRuntime(threads);
  const { env } = await import('@huggingface/transformers');
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  env.localModelPath = `${dirname(folder)}/`;
  env.useFSCache = false;
  env.useBrowserCache = false;
  env.useWasmCache = false;
  const { SentenceModel } = await import('../workers/embed/sentence-model.ts');
  const sentenceModel = await SentenceModel.load(
    { ...model, modelId: basename(folder) },
    { readJson: (path) => readJson(join(folder, path)), device: 'auto' },
  );
  return {
    model: model.modelId,
    dimensions: model.dimensions,
    embed: (texts, kind = 'passage') => sentenceModel.embed(texts, kind),
    embedPassages: async (texts) => oneRowEach(await sentenceModel.embed(texts, 'passage'), model.dimensions),
    embedQuery: (text) => sentenceModel.embed([text], 'query'),
    countTokens: (texts) => sentenceModel.countTokens(texts),
    dispose: () => sentenceModel.dispose(),
  };
}

/**
 * Any sentence model in the layout of transformers.js, without prefixes: the 8-bit weights where there are any, mean
 * pooling unless told otherwise, the limit of a model the app knows by the folder's name, else 512 tokens.
 */
export async function loadNodeEmbedder(modelFolder: string, pooling = 'mean'): Promise<NodeEmbedder> {
  const folder = resolve(modelFolder);
  const config = await readJson(join(folder, 'config.json'));
  if (!config || !('hidden_size' in config) || typeof config.hidden_size !== 'number') {
    throw new Error(`${folder} holds no config.json with a hidden_size: it is not a sentence model.`);
  }
  if (pooling !== 'mean' && pooling !== 'cls') throw new Error(`Pooling is mean or cls, not ${pooling}.`);
  const name = basename(folder);
  const known = EMBEDDING_MODELS.find(({ modelId }) => modelId === name || modelId.endsWith(`/${name}`));
  return createNodeEmbedder(folder, {
    modelId: known?.modelId ?? name,
    label: name,
    dimensions: config.hidden_size,
    maxTokens: known?.maxTokens ?? 512,
    queryPrefix: '',
    passagePrefix: '',
    pooling,
    architecture: 'transformer',
    dtype: existsSync(join(folder, 'onnx/model_quantized.onnx')) ? 'q8' : 'fp32',
    sizeBytes: 0,
    languages: 'english',
    licence: '',
    relevanceFloor: 0,
  });
}

/** The slots transformers.js looks at when it is first imported; what is left there takes the native runtime's place. */
const RUNTIME_SLOT = Symbol.for('onnxruntime');

async function useWebRuntime(threads: number): Promise<void> {
  if (RUNTIME_SLOT in globalThis) return;
  const folder = ortFolder();
  const runtime: unknown = await import(/* @vite-ignore */ pathToFileURL(join(folder, 'ort.node.min.mjs')).href);
  Object.assign(globalThis, { [RUNTIME_SLOT]: runtime });
  const { env } = await import('@huggingface/transformers');
  const fileUrl = (name: string): string => pathToFileURL(join(folder, name)).href;
  Object.assign(env.backends.onnx.wasm ?? {}, {
    numThreads: threads,
    wasmPaths: { mjs: fileUrl('ort-wasm-simd-threaded.mjs'), wasm: fileUrl('ort-wasm-simd-threaded.wasm') },
  });
}

async function readJson(path: string): Promise<object | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
