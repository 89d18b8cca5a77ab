import { InvalidInputError } from '../../domain/errors.ts';
import type { ModelSource } from '../../domain/embedding-model.ts';
import {
  hubFileUrl,
  isFileResponse,
  MODEL_CACHE,
  type ModelFileSet,
  requiredPaths,
  siteFileUrl,
  weightsPath,
} from '../../domain/model-files.ts';
import { DEFAULT_HUB_URL } from './hub.ts';
import { BUILT_IN_MODEL_ID, isOnHub } from './models.ts';
import { findReranker } from './rerankers.ts';

export interface ModelSourceOptions {
  /** Absolute URL of the site's root, with trailing slash. */
  readonly siteUrl: string;
  readonly isHubAllowed: boolean;
  readonly hubUrl?: string;
}

/**
 * Where this model's files can be had, in the order in which they are tried: kept on this device because the person
 * picked them, on the site, kept from an earlier download, on the hub if that is allowed.
 */
export async function findModelSource(
  model: ModelFileSet,
  { siteUrl, isHubAllowed, hubUrl = DEFAULT_HUB_URL }: ModelSourceOptions,
): Promise<ModelSource> {
  const { modelId } = model;
  const cache = await caches.open(MODEL_CACHE);
  const isKept = async (address: (path: string) => string): Promise<boolean> => {
    const found = await Promise.all(requiredPaths(model).map((path) => cache.match(address(path))));
    return found.every((response) => response !== undefined);
  };
  const picked = await cache.match(siteFileUrl(siteUrl, modelId, PICKED_MARK));
  if (picked && (await isKept((path) => siteFileUrl(siteUrl, modelId, path)))) return { kind: 'picked' };
  if (await isOnSite(siteFileUrl(siteUrl, modelId, 'config.json'))) return { kind: 'site' };
  if (await isKept((path) => hubFileUrl(hubUrl, modelId, path))) return { kind: 'hub', isDownloaded: true };
  if (modelId === BUILT_IN_MODEL_ID) {
    return {
      kind: 'none',
      reason: `${model.label} is not on this device yet and could not be read from this site. Reload the page when you are online; until then search finds words.`,
    };
  }
  if (!isOnHub(model) && findReranker(modelId) === undefined) {
    return {
      kind: 'none',
      reason: `This site does not carry ${model.label}. You can add it from a folder on this device.`,
    };
  }
  if (isHubAllowed) return { kind: 'hub', isDownloaded: false };
  return {
    kind: 'none',
    reason: `This site does not carry ${model.label}. You can allow downloading it from the model hub, or add it from a folder on this device.`,
  };
}

/**
 * Keeps a model that the person picked as files, `path` being relative to the model's folder or to one above it.
 * Throws `InvalidInputError`, and keeps nothing, when files are missing or damaged.
 */
export async function storePickedModel(
  model: ModelFileSet,
  files: readonly { readonly path: string; readonly file: Blob }[],
  siteUrl: string,
): Promise<void> {
  const byPath = relativeToModel(files);
  const missing = requiredPaths(model).filter((path) => !byPath.has(path));
  if (missing.length > 0) {
    throw new InvalidInputError(
      `This folder cannot be used as ${model.label}: ${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} missing. ` +
        'Nothing was changed. Pick the folder that holds config.json, tokenizer.json and the onnx folder.',
    );
  }
  for (const [path, file] of byPath) await checkFile(model, path, file);
  const cache = await caches.open(MODEL_CACHE);
  const mark = new Blob(['{}'], { type: 'application/json' });
  // The mark comes last: only a model that is there in full counts as picked.
  for (const [path, file] of [...byPath, [PICKED_MARK, mark] as const]) {
    const headers = { 'Content-Type': mediaTypeOf(path), 'Content-Length': String(file.size) };
    await cache.put(siteFileUrl(siteUrl, model.modelId, path), new Response(file, { headers }));
  }
}

/** Tells a picked model from one that the service worker kept while serving it from the site. */
const PICKED_MARK = 'picked.json';

/** Files beyond the required ones that transformers.js may read. */
const OPTIONAL_PATHS: readonly string[] = [
  'tokenizer_config.json',
  'special_tokens_map.json',
  'config_sentence_transformers.json',
];

async function isOnSite(configUrl: string): Promise<boolean> {
  try {
    const response = await fetch(configUrl);
    return isFileResponse(response) && isObject(await response.json());
  } catch (error) {
    // Offline and never loaded, or not JSON: either way the site has no such model now.
    if (error instanceof TypeError || error instanceof SyntaxError) return false;
    throw error;
  }
}

/** Only what a model consists of, by path inside its folder; the topmost `config.json` marks that folder. */
function relativeToModel(files: readonly { readonly path: string; readonly file: Blob }[]): Map<string, Blob> {
  const configs = files
    .map(({ path }) => path.replaceAll('\\', '/'))
    .filter((path) => /(^|\/)config\.json$/.test(path));
  const [config = 'config.json'] = configs.sort((a, b) => a.split('/').length - b.split('/').length);
  const folder = config.slice(0, -'config.json'.length);
  const byPath = new Map<string, Blob>();
  for (const { path, file } of files) {
    const whole = path.replaceAll('\\', '/');
    if (!whole.startsWith(folder)) continue;
    const relative = whole.slice(folder.length);
    const isWeights = /^onnx\/model(_\w+)?\.onnx$/.test(relative);
    if (isWeights || relative === 'config.json' || relative === 'tokenizer.json' || OPTIONAL_PATHS.includes(relative)) {
      byPath.set(relative, file);
    }
  }
  return byPath;
}

async function checkFile(model: ModelFileSet, path: string, file: Blob): Promise<void> {
  if (path.endsWith('.json')) {
    if (!isJsonObject(await file.text())) throw damaged(model, path);
  } else if (path === weightsPath(model)) {
    const head = new Uint8Array(await file.slice(0, 2).arrayBuffer());
    // A serialised ONNX ModelProto begins with field 1, ir_version, as a varint: 0x08, then a small number.
    // https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
    if (head[0] !== 0x08 || head[1] === undefined || head[1] < 3 || head[1] > 30) throw damaged(model, path);
  }
}

function damaged(model: ModelFileSet, path: string): InvalidInputError {
  return new InvalidInputError(
    `This folder cannot be used as ${model.label}: ${path} is damaged or is another kind of file. Nothing was changed. ` +
      'Download the model again and pick the new folder.',
  );
}

function isJsonObject(text: string): boolean {
  try {
    return isObject(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mediaTypeOf(path: string): string {
  return path.endsWith('.json') ? 'application/json' : 'application/octet-stream';
}
