import type { RerankerLoadRequest } from './api.ts';
import { CrossEncoder } from './cross-encoder.ts';
import { openModelFiles } from './model-files.ts';
import { configureRuntime, serveModelFiles, threadCount } from './runtime.ts';

/** Loads a cross-encoder on the processor. Throws `ModelUnavailableError`, or what the library throws. */
export async function loadReranker(request: RerankerLoadRequest): Promise<CrossEncoder> {
  const { model, siteUrl, maxThreads } = request;
  const files = await openModelFiles(request);
  configureRuntime(siteUrl, 'plain', threadCount(maxThreads));
  serveModelFiles(model.modelId, files.fetch);
  return CrossEncoder.load(model, { readJson: files.readJson, device: 'wasm' });
}
