import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { weightsPath } from '../src/domain/model-files.ts';
import type { PassageVectors } from '../src/domain/passage-vectors.ts';
import type { QueryTokens, TokenTable } from '../src/domain/token-alignment.ts';
import type { RerankerModel } from '../src/domain/reranker-model.ts';
import type { EmbeddingModel } from '../src/domain/embedding-model.ts';
import { BUILT_IN_MODEL_ID, EMBEDDING_MODELS, findModel } from '../src/platform/compute/models.ts';
import type { ModelFiles } from '../workers/embed/model-files.ts';
import type { SentenceEncoder } from '../workers/embed/sentence-encoder.ts';
import { StaticSentenceModel } from '../workers/embed/static-sentence-model.ts';
import { ortFolder } from './ort-folder.ts';

export interface NodeEmbedder {
  /** The model's name, as a key for its vectors. */
  readonly model: string;
  readonly dimensions: number;
  /** L2-normalised rows in the order of `texts`. The model's own prefix for this kind is added; default: passage. */
  embed(texts: readonly string[], kind?: 'query' | 'passage'): Promise<Float32Array>;
  /** As the embed worker's calls of the same names. */
  planBatches(texts: readonly string[]): number[][];
  embedPassages(texts: readonly string[]): Promise<PassageVectors>;
  embedQuery(text: string, wordWeights?: Readonly<Record<string, number>>): Promise<Float32Array>;
  queryTokens(text: string, wordWeights: Readonly<Record<string, number>>): QueryTokens | undefined;
  tokenTable(): TokenTable | undefined;
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
  const encoder =
    model.architecture === 'static'
      ? await StaticSentenceModel.load(model, filesIn(folder))
      : await loadNetwork(folder, model, threads);
  return {
    model: model.modelId,
    dimensions: model.dimensions,
    embed: (texts, kind = 'passage') => encoder.embed(texts, kind),
    planBatches: (texts) => encoder.planBatches(texts),
    embedPassages: (texts) => encoder.embedPassages(texts),
    embedQuery: (text, wordWeights) => encoder.embedQuery(text, wordWeights),
    queryTokens: (text, wordWeights) => encoder.queryTokens(text, wordWeights),
    tokenTable: () => encoder.tokenTable(),
    countTokens: (texts) => encoder.countTokens(texts),
    dispose: () => encoder.dispose(),
  };
}

async function loadNetwork(folder: string, model: EmbeddingModel, threads: number): Promise<SentenceEncoder> {
  await readFromDisk(folder, threads);
  const { SentenceModel } = await import('../workers/embed/sentence-model.ts');
  const { readJson: read } = filesIn(folder);
  return SentenceModel.load({ ...model, modelId: basename(folder) }, { readJson: read, device: 'auto' });
}

/** Has transformers.js take its models from the folder above this one, and nothing from anywhere else. */
async function readFromDisk(folder: string, threads: number): Promise<void> {
  await useWebRuntime(threads);
  const { env } = await import('@huggingface/transformers');
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  env.localModelPath = `${dirname(folder)}/`;
  env.useFSCache = false;
  env.useBrowserCache = false;
  env.useWasmCache = false;
}

/** The model's folder on disk as the embed worker sees the site's. */
function filesIn(folder: string): ModelFiles {
  return {
    readJson: (path) => readJson(join(folder, path)),
    fetch: async (path) => {
      const file = join(folder, path);
      return existsSync(file)
        ? new Response(new Uint8Array(await readFile(file)))
        : new Response(null, { status: 404 });
    },
  };
}

/**
 * Any sentence model in the layout of transformers.js, without prefixes: a static one where the config says that there
 * is no network and the weights are 4-bit, else the 8-bit weights where there are any, and mean pooling unless told
 * otherwise. Windows and limits are those of a model the app knows by the folder's name, else those of its kind.
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
  const hasNetwork = !('num_hidden_layers' in config) || config.num_hidden_layers !== 0;
  const isStatic = !hasNetwork && existsSync(join(folder, weightsPath(findModel(BUILT_IN_MODEL_ID))));
  const hasQ8 = existsSync(join(folder, 'onnx/model_quantized.onnx'));
  const kind: Pick<EmbeddingModel, 'architecture' | 'dtype' | 'maxTokens'> = isStatic
    ? findModel(BUILT_IN_MODEL_ID)
    : { architecture: 'transformer', dtype: hasQ8 ? 'q8' : 'fp32', maxTokens: 512 };
  return createNodeEmbedder(folder, {
    ...kind,
    languages: 'english',
    ...(known === undefined ? {} : { maxTokens: known.maxTokens }),
    modelId: known?.modelId ?? name,
    label: name,
    dimensions: config.hidden_size,
    queryPrefix: '',
    passagePrefix: '',
    pooling,
    sizeBytes: 0,
    licence: '',
    relevanceFloor: 0,
  });
}

/** A cross-encoder in Node, by the embed worker's own code. */
export async function createNodeReranker(
  modelFolder: string,
  model: RerankerModel,
): Promise<{
  score(question: string, passages: readonly string[]): Promise<Float32Array>;
  dispose(): Promise<void>;
}> {
  const folder = resolve(modelFolder);
  await readFromDisk(folder, 1);
  const { CrossEncoder } = await import('../workers/embed/cross-encoder.ts');
  const { readJson: read } = filesIn(folder);
  return CrossEncoder.load({ ...model, modelId: basename(folder) }, { readJson: read, device: 'auto' });
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
