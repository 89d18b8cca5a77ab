import type { RerankerLoadRequest } from './api.ts';
import { CrossEncoder } from './cross-encoder.ts';
import { explainFailure } from './explain-failure.ts';
import { openModelFiles } from './model-files.ts';
import { configureRuntime, serveModelFiles, threadCount } from './runtime.ts';

/** Loads a cross-encoder on the processor. Throws `ModelUnavailableError` in the person's terms. */
export async function loadReranker(request: RerankerLoadRequest): Promise<CrossEncoder> {
  const { siteUrl, maxThreads } = request;
  const model = { ...request.model, task: 'second look' } as const;
  try {
    const files = await openModelFiles({ ...request, model });
    configureRuntime(siteUrl, 'plain', threadCount(maxThreads));
    serveModelFiles(model.modelId, files.fetch);
    return await CrossEncoder.load(model, { readJson: files.readJson, device: 'wasm' });
  } catch (error) {
    throw explainFailure(model, error);
  }
}
