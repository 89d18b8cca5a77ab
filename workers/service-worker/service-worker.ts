import type { PrecacheEntry } from 'workbox-precaching/_types.js';
import { deleteOldRuntimes, largeFileKind, modelResponse, runtimeResponse } from './model-cache.ts';
import { COMPLETE_SHELL } from '../../src/platform/pwa/service-worker-message.ts';
import { SITE_CONFIG_NAME } from '../../src/platform/pwa/site-config.ts';
import { secured } from './secured-response.ts';
import { Shell } from './shell.ts';
import { siteConfigResponse } from './site-config-response.ts';

/**
 * Serves the app from this device and puts its security headers on everything of its own origin. It sees addresses,
 * never contents: no key, no text. A request to another origin is left to the browser, so that a call to a language
 * model never passes through here; the one exception is model files, which are kept for offline use.
 */
declare const self: ServiceWorkerGlobalScope & { readonly __WB_MANIFEST: readonly (PrecacheEntry | string)[] };

const { scope } = self.registration;
const { origin } = new URL(scope);
const shell = new Shell(scope, self.__WB_MANIFEST);

self.addEventListener('install', (event) => {
  event.waitUntil(shell.install(event));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(Promise.all([shell.deleteUnused(self.registration), deleteOldRuntimes()]));
});

// A new build waits until the person accepts it: see src/platform/pwa/service-worker-registration.ts.
self.addEventListener('message', (event) => {
  const { data } = event as { readonly data: unknown };
  if (typeof data !== 'object' || data === null || !('type' in data)) return;
  if (data.type === 'SKIP_WAITING') event.waitUntil(self.skipWaiting());
  if (data.type === COMPLETE_SHELL) event.waitUntil(shell.complete(self.registration));
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET') return;
  const kind = largeFileKind(url, scope);
  if (url.href === `${scope}${SITE_CONFIG_NAME}`) {
    event.respondWith(siteConfigResponse(event));
  } else if (kind === 'hub') {
    event.respondWith(modelResponse(event, kind, scope));
  } else if (url.origin === origin && url.href.startsWith(scope)) {
    event.respondWith(respond(event, kind));
  }
  if (request.mode === 'navigate') event.waitUntil(shell.deleteUnused(self.registration));
});

async function respond(event: FetchEvent, kind: 'model' | 'runtime' | undefined): Promise<Response> {
  switch (kind) {
    case 'model':
      // The model that the app carries is one of its own files; others are kept from their first use.
      return secured(
        event.request,
        scope,
        (await shell.find(event.request)) ?? (await modelResponse(event, kind, scope)),
      );
    case 'runtime':
      return secured(event.request, scope, await runtimeResponse(event));
    case undefined:
      return secured(event.request, scope, await shell.respond(event.request));
  }
}
