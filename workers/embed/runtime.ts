import { env } from '@huggingface/transformers';

/** Where transformers.js believes the models lie; every request below it is answered by `serve`. */
const MODELS_PATH = '/models/';

export type RuntimeVariant = 'plain' | 'asyncify';

let chosenVariant: RuntimeVariant | undefined;

/**
 * Sets up the ONNX runtime, once per worker: its two files come from the site's own `ort/` and belong to one build.
 * `plain` runs on the processor only; `asyncify`, twice the size, also on a graphics processor. Returns the variant in
 * force, which is the first one asked for.
 */
export function configureRuntime(siteUrl: string, variant: RuntimeVariant, threads: number): RuntimeVariant {
  if (chosenVariant) return chosenVariant;
  const name = variant === 'asyncify' ? 'ort-wasm-simd-threaded.asyncify' : 'ort-wasm-simd-threaded';
  const { wasm } = env.backends.onnx;
  if (!wasm) throw new Error('This build of transformers.js has no WebAssembly runtime.');
  wasm.wasmPaths = {
    mjs: new URL(`ort/${name}.mjs`, siteUrl).href,
    wasm: new URL(`ort/${name}.wasm`, siteUrl).href,
  };
  wasm.numThreads = threads;
  wasm.proxy = false;
  // Left on, it would import the glue from a blob: address, which the security policy forbids.
  env.useWasmCache = false;
  // The service worker keeps the models; the library's own cache would keep each a second time.
  env.useBrowserCache = false;
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  // A path, not a URL: for a URL the library skips looking for files and loads without them.
  env.localModelPath = MODELS_PATH;
  chosenVariant = variant;
  return variant;
}

/** Answers the library's requests for files of `modelId` with `fetchFile(path inside the model's folder)`. */
export function serveModelFiles(modelId: string, fetchFile: (path: string) => Promise<Response>): void {
  const prefix = `${MODELS_PATH}${modelId}/`;
  env.fetch = (input: string | URL) => {
    const path = String(input);
    if (!path.startsWith(prefix)) return Promise.reject(new TypeError(`Not a file of ${modelId}: ${path}`));
    return fetchFile(path.slice(prefix.length));
  };
}

/** Threads the runtime can really have: shared memory exists only where the page is cross-origin isolated. */
export function threadCount(maxThreads: number): number {
  if (!globalThis.crossOriginIsolated) return 1;
  return Math.max(1, Math.min(maxThreads, navigator.hardwareConcurrency || 1));
}
