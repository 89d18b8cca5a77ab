import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { EmbeddingModel } from '../src/domain/embedding-model.ts';
import { ortFolder } from './ort-folder.ts';

export interface NodeEmbedder {
  /** As `EmbedApi.embed`: L2-normalised rows in the order given. */
  embed(texts: readonly string[], kind: 'query' | 'passage'): Promise<Float32Array>;
  countTokens(texts: readonly string[]): number[];
  dispose(): Promise<void>;
}

/**
 * The embed worker's own code in Node, on the same WebAssembly runtime, for evaluations, benches and tests.
 * `modelFolder` holds config.json, tokenizer.json and onnx/, and its path ends with the model's id, as under
 * `models/`. One folder of models per process.
 */
export async function createNodeEmbedder(
  modelFolder: string,
  model: EmbeddingModel,
  { threads = 1 }: { readonly threads?: number } = {},
): Promise<NodeEmbedder> {
  const folder = resolve(modelFolder);
  const modelsFolder = folder.slice(0, -model.modelId.length);
  if (join(modelsFolder, model.modelId) !== folder) {
    throw new Error(`The path ${folder} (…/${basename(folder)}) does not end with the model's id, ${model.modelId}.`);
  }
  await useWebRuntime(threads);
  const { env } = await import('@huggingface/transformers');
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  env.localModelPath = modelsFolder;
  env.useFSCache = false;
  env.useBrowserCache = false;
  env.useWasmCache = false;
  const { SentenceModel } = await import('../workers/embed/sentence-model.ts');
  const sentenceModel = await SentenceModel.load(model, {
    readJson: (path) => readJson(join(folder, path)),
    device: 'auto',
  });
  return {
    embed: (texts, kind) => sentenceModel.embed(texts, kind),
    countTokens: (texts) => sentenceModel.countTokens(texts),
    dispose: () => sentenceModel.dispose(),
  };
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
