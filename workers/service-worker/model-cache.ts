import { isHubUrl, readNetworkPolicy } from '../../src/platform/pwa/network-policy.ts';

/**
 * Files that are big and not always needed: kept from their first use, then served from this device, so that a
 * model that has worked once works offline.
 */
const MODEL_CACHE = 'commonplace-models';
const RUNTIME_CACHE = 'commonplace-ort';

/** What a request asks for beyond the shell, or `undefined` when it is neither a model nor the ONNX runtime. */
export type LargeFile = 'model' | 'runtime' | 'hub';

export function largeFileKind(url: URL, scope: string): LargeFile | undefined {
  if (url.href.startsWith(`${scope}models/`)) return 'model';
  if (url.href.startsWith(`${scope}ort/`)) return 'runtime';
  // The shape of a file's address on the model hub: /<owner>/<model>/resolve/<revision>/<path>.
  if (url.origin !== new URL(scope).origin && url.pathname.includes('/resolve/')) return 'hub';
  return undefined;
}

/** A model file of the site or the hub. A hub address is served only while the person allows the hub, or if kept. */
export async function modelResponse(event: FetchEvent, kind: 'model' | 'hub', scope: string): Promise<Response> {
  const { request } = event;
  if (kind === 'hub') {
    const { hubOrigins } = await readNetworkPolicy(scope);
    // Not a model host after all: as if there were no service worker.
    if (!isHubUrl(new URL(request.url), hubOrigins)) return fetch(request);
  }
  return cacheFirst(event, MODEL_CACHE, request.url);
}

/** A file of the ONNX runtime. Its names do not change between versions, so the version is part of the key. */
export async function runtimeResponse(event: FetchEvent): Promise<Response> {
  return cacheFirst(event, RUNTIME_CACHE, `${event.request.url}?version=${__ORT_VERSION__}`);
}

/** Forgets runtime files of other versions than this build's. */
export async function deleteOldRuntimes(): Promise<void> {
  const cache = await caches.open(RUNTIME_CACHE);
  const old = (await cache.keys()).filter((key) => !key.url.endsWith(`?version=${__ORT_VERSION__}`));
  await Promise.all(old.map((key) => cache.delete(key)));
}

async function cacheFirst(event: FetchEvent, cacheName: string, key: string): Promise<Response> {
  const { request } = event;
  const cache = await caches.open(cacheName);
  const kept = await cache.match(key, { ignoreVary: true });
  if (kept !== undefined) return isSizeProbe(request) ? sizeAnswer(kept) : kept;
  const response = await fetch(request);
  if (isWorthKeeping(request, response)) event.waitUntil(keep(cache, key, response.clone()));
  return response;
}

/** transformers.js asks for one byte to learn a file's size before it downloads it. */
function isSizeProbe(request: Request): boolean {
  return request.headers.get('Range') === 'bytes=0-0';
}

async function sizeAnswer(kept: Response): Promise<Response> {
  const bytes = await kept.blob();
  const headers = new Headers(kept.headers);
  headers.set('Content-Range', `bytes 0-0/${bytes.size}`);
  headers.set('Content-Length', '1');
  return new Response(bytes.slice(0, 1), { status: 206, headers });
}

/** Only whole files; never an error page that a host hands out in place of a missing file. */
function isWorthKeeping(request: Request, response: Response): boolean {
  const mediaType = response.headers.get('Content-Type') ?? '';
  return response.status === 200 && !request.headers.has('Range') && !mediaType.startsWith('text/html');
}

async function keep(cache: Cache, key: string, response: Response): Promise<void> {
  try {
    await cache.put(key, response);
  } catch (error) {
    // Disk full, or the download was cut off: the file is fetched again when it is needed next.
    console.warn('A model file could not be kept for offline use.', error);
  }
}
