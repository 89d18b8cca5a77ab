const CACHE_NAME = 'commonplace-site-config';

/**
 * The site's configuration: what is kept, at once, and a fresh copy for the next start in the background. It is no part
 * of the build, so nothing pins it: whoever publishes the site may change it at any time.
 */
export async function siteConfigResponse(event: FetchEvent): Promise<Response> {
  const { url } = event.request;
  const cache = await caches.open(CACHE_NAME);
  const kept = await cache.match(url);
  const fresh = fetchConfig(cache, url);
  if (kept === undefined) return fresh;
  event.waitUntil(
    fresh.catch((error: unknown) => {
      // Offline: the kept one goes on being used.
      console.info('The configuration could not be looked up anew.', error);
    }),
  );
  return kept;
}

async function fetchConfig(cache: Cache, url: string): Promise<Response> {
  const response = await fetch(url, { cache: 'no-cache' });
  if (response.status === 200) await cache.put(url, response.clone());
  else if (response.status === 404) await cache.delete(url);
  return response;
}
