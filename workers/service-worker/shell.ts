import { PrecacheController } from 'workbox-precaching/PrecacheController.js';
import type { PrecacheEntry } from 'workbox-precaching/_types.js';
import { isTabLock, scriptOfTabLock } from '../../src/platform/pwa/tab-lock.ts';
import { LATER_FILES_NAME, LaterFiles } from './later-files.ts';

/**
 * The app's own files, one cache for each build. A tab that was opened with an older build goes on finding its files
 * here after an update; a build's cache is deleted when no open tab needs it.
 *
 * It is filled in two phases. The first, what the app cannot start without, is the installation; the second follows
 * when the page is idle, and until then each of its files is fetched when it is asked for.
 */
export class Shell {
  readonly #scope: string;
  readonly #cacheName: string;
  readonly #controller: PrecacheController;
  readonly #later: LaterFiles;

  constructor(scope: string, files: readonly (PrecacheEntry | string)[]) {
    this.#scope = scope;
    this.#cacheName = `${this.#cachePrefix}${fingerprint(JSON.stringify(files))}`;
    this.#controller = new PrecacheController({ cacheName: this.#cacheName });
    this.#controller.addToCacheList([...files]);
    this.#later = new LaterFiles({ scope, cacheName: this.#cacheName, readList: () => this.#readLaterList() });
  }

  /** Stores the files of the first phase; fails as a whole if one cannot be had or is not the one that was built. */
  install(event: ExtendableEvent): Promise<unknown> {
    return this.#controller.install(event);
  }

  /**
   * Stores the files of the second phase that are not here yet. A newer build that waits for this one to come to rest
   * ends it: what is stored from then on would be thrown away.
   */
  complete(registration: ServiceWorkerRegistration): Promise<void> {
    return this.#later.fetchAll(() => registration.waiting !== null);
  }

  /** The file from this build, else from an older build that is still in use, else from the network. */
  async respond(request: Request): Promise<Response> {
    return (await this.find(request)) ?? fetch(request);
  }

  /** The file from this build or an older one that is still in use; `undefined` when it is no file of theirs. */
  async find(request: Request): Promise<Response | undefined> {
    const url = this.#fileUrl(request.url);
    const key = this.#controller.getCacheKeyForURL(url);
    if (key !== undefined) {
      const cache = await caches.open(this.#cacheName);
      return (await cache.match(key, { ignoreVary: true })) ?? fetch(request);
    }
    const later = await this.#later.find(url);
    if (later !== undefined) return later;
    for (const name of await this.#olderCaches()) {
      const cache = await caches.open(name);
      const kept = await cache.match(url, { ignoreVary: true });
      if (kept !== undefined) return kept;
    }
    return undefined;
  }

  /** Deletes the files of older builds that no open tab runs. `registration` tells whether a newer one is coming in. */
  async deleteUnused(registration: ServiceWorkerRegistration): Promise<void> {
    const { held = [] } = await navigator.locks.query();
    const scripts = held.flatMap(({ name }) => (name !== undefined && isTabLock(name) ? [scriptOfTabLock(name)] : []));
    const oldScripts = scripts.filter((url) => this.#controller.getCacheKeyForURL(url) === undefined);
    for (const name of await this.#olderCaches()) {
      const cache = await caches.open(name);
      const uses = await Promise.all(oldScripts.map((url) => cache.match(url)));
      const isNewerComing = registration.installing !== null || registration.waiting !== null;
      if (!isNewerComing && uses.every((use) => use === undefined)) await caches.delete(name);
    }
  }

  async #readLaterList(): Promise<string> {
    const url = `${this.#scope}${LATER_FILES_NAME}`;
    return (await this.respond(new Request(url))).text();
  }

  get #cachePrefix(): string {
    return `commonplace-shell ${this.#scope} `;
  }

  async #olderCaches(): Promise<string[]> {
    const names = await caches.keys();
    return names.filter((name) => name.startsWith(this.#cachePrefix) && name !== this.#cacheName).reverse();
  }

  /** The address without query and fragment; the site's root stands for its `index.html`. */
  #fileUrl(requestUrl: string): string {
    const url = new URL(requestUrl);
    url.search = '';
    url.hash = '';
    return url.href === this.#scope ? `${this.#scope}index.html` : url.href;
  }
}

/** FNV-1a, 32 bits: tells builds apart; nothing rests on it being hard to forge. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}
