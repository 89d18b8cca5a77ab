/** The list of the second phase, as the build writes it. The first phase pins it, and it pins every file in it. */
export const LATER_FILES_NAME = 'later-files.json';

/** Path below the site's root, and digest in the form of an `integrity` attribute. */
export type LaterFile = readonly [path: string, integrity: string];

/** Downloads at a time: enough to keep a connection busy, few enough to leave room for what the person does. */
const CONCURRENCY = 3;
/** After so many requests in a row without an answer the connection is taken to be gone. */
const MAX_FAILURES_IN_A_ROW = 6;

export interface LaterFilesOptions {
  readonly scope: string;
  readonly cacheName: string;
  /** The list's text from the first phase. */
  readonly readList: () => Promise<string>;
}

/**
 * The files of the second phase. Each is fetched when it is first asked for or when `fetchAll` comes to it, checked
 * against its pin, and kept. What is kept already is never fetched again, so an interrupted `fetchAll` goes on where
 * it was.
 */
export class LaterFiles {
  readonly #options: LaterFilesOptions;
  readonly #underWay = new Map<string, Promise<Response>>();
  #pins: Promise<ReadonlyMap<string, string>> | undefined;
  #all: Promise<void> | undefined;

  constructor(options: LaterFilesOptions) {
    this.#options = options;
  }

  /** The file at this address, or `undefined` when it is none of the second phase. Rejects when it cannot be had. */
  async find(url: string): Promise<Response | undefined> {
    const pin = (await this.#readPins()).get(url);
    if (pin === undefined) return undefined;
    const cache = await caches.open(this.#options.cacheName);
    return (await cache.match(url, { ignoreVary: true })) ?? (await this.#fetchOnce(url, pin)).clone();
  }

  /**
   * Fetches what is missing, until `isSuperseded` says that it is no longer wanted. Resolves also when not everything
   * could be had: the next call goes on.
   */
  fetchAll(isSuperseded: () => boolean): Promise<void> {
    this.#all ??= this.#fetchMissing(isSuperseded).finally(() => {
      this.#all = undefined;
    });
    return this.#all;
  }

  async #fetchMissing(isSuperseded: () => boolean): Promise<void> {
    const cache = await caches.open(this.#options.cacheName);
    const kept = new Set((await cache.keys()).map(({ url }) => url));
    const missing = [...(await this.#readPins())].filter(([url]) => !kept.has(url));
    let failedCount = 0;
    let failedInARow = 0;
    const work = async (): Promise<void> => {
      for (let next = missing.shift(); next !== undefined; next = missing.shift()) {
        if (failedInARow >= MAX_FAILURES_IN_A_ROW || isSuperseded()) return;
        try {
          await this.#fetchOnce(...next);
          failedInARow = 0;
        } catch (error) {
          failedCount++;
          // A host that answers is there: only a request that got no answer speaks of the connection.
          failedInARow = error instanceof TypeError ? failedInARow + 1 : 0;
          console.info(`${next[0]} is not on this device yet.`, error);
        }
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, work));
    if (failedCount > 0) console.warn('Some parts of the app need a connection until they could be stored.');
  }

  /** The response stays whole: take a clone to read it. */
  #fetchOnce(url: string, integrity: string): Promise<Response> {
    const running = this.#underWay.get(url);
    if (running) return running;
    const started = this.#fetchAndKeep(url, integrity).finally(() => this.#underWay.delete(url));
    this.#underWay.set(url, started);
    return started;
  }

  async #fetchAndKeep(url: string, integrity: string): Promise<Response> {
    // Names under assets/ never stand for other bytes; the others may have changed since the browser last had them.
    const cacheMode = url.startsWith(`${this.#options.scope}assets/`) ? 'default' : 'no-cache';
    const response = await fetch(url, { cache: cacheMode, credentials: 'same-origin' });
    if (response.status !== 200) throw new Error(`The host answered ${response.status} for ${url}.`);
    // Not left to fetch's own check, whose failure can't be told from a connection that is gone.
    const bytes = await response.arrayBuffer();
    if ((await pinOf(bytes)) !== integrity) throw new Error(`${url} is not the file that was built.`);
    const headers = new Headers(response.headers);
    // The body is decoded already; the host's words about its encoded form would be wrong.
    headers.delete('Content-Encoding');
    headers.delete('Content-Length');
    const whole = new Response(bytes, { headers });
    try {
      const cache = await caches.open(this.#options.cacheName);
      await cache.put(url, whole.clone());
    } catch (error) {
      // The disk is full, perhaps: what was asked for is here, and is fetched again when it is needed again.
      console.warn('A part of the app could not be kept for offline use.', error);
    }
    return whole;
  }

  #readPins(): Promise<ReadonlyMap<string, string>> {
    this.#pins ??= this.#parsePins().catch((error: unknown) => {
      this.#pins = undefined;
      throw error;
    });
    return this.#pins;
  }

  async #parsePins(): Promise<ReadonlyMap<string, string>> {
    // Ours, byte for byte: the first phase has checked it against its pin.
    const files = JSON.parse(await this.#options.readList()) as readonly LaterFile[];
    return new Map(files.map(([path, integrity]) => [new URL(path, this.#options.scope).href, integrity]));
  }
}

/** The digest in the form of an `integrity` attribute. */
async function pinOf(bytes: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return `sha256-${btoa(String.fromCharCode(...digest))}`;
}
