/**
 * Which files a model consists of and under which addresses they are kept: the layout that transformers.js reads,
 * `<model>/config.json` and so on, the same on a site, on the hub and in a folder on disk.
 */

/** Cache Storage of model files; the service worker answers from it, so what is in here works offline. */
export const MODEL_CACHE = 'commonplace-models';

/** What says which files a model consists of, whatever the model is for. */
export interface ModelFileSet {
  /** Also its folder on a site and its name on the hub. */
  readonly modelId: string;
  readonly label: string;
  readonly dtype: keyof typeof WEIGHT_SUFFIXES;
}

const WEIGHT_SUFFIXES = { q4: '_q4', q8: '_quantized', fp32: '', fp16: '_fp16' } as const;

/** Path of the weights inside the model's folder. */
export function weightsPath(model: Pick<ModelFileSet, 'dtype'>): string {
  return `onnx/model${WEIGHT_SUFFIXES[model.dtype]}.onnx`;
}

/** Paths without which the model cannot run. */
export function requiredPaths(model: Pick<ModelFileSet, 'dtype'>): readonly string[] {
  return ['config.json', 'tokenizer.json', weightsPath(model)];
}

/** `siteUrl` ends with a slash. Files that the person picked are kept under the same addresses. */
export function siteFileUrl(siteUrl: string, modelId: string, path: string): string {
  return new URL(`models/${modelId}/${path}`, siteUrl).href;
}

/** Address of a file on a hub: the newest version of it. */
export function hubFileUrl(hubUrl: string, modelId: string, path: string): string {
  return new URL(`${modelId}/resolve/main/${path}`, hubUrl.endsWith('/') ? hubUrl : `${hubUrl}/`).href;
}

/** False for the page that many hosts answer with, and status 200, in place of a missing file. */
export function isFileResponse(response: { readonly ok: boolean; readonly headers: Headers }): boolean {
  return response.ok && !(response.headers.get('Content-Type') ?? '').startsWith('text/html');
}
