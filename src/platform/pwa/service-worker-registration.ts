import type { Workbox } from 'workbox-window';

const UPDATE_CHECK_INTERVAL_MS = 60 * 60 * 1000;
const TAKE_OVER_INTERVAL_MS = 500;

let registered: Workbox | undefined;
let waitingListeners: (() => void)[] = [];
let isUpdateWaiting = false;

/**
 * Registers the service worker and waits until one is active. Throws what the browser throws: a `SecurityError`,
 * or a `TypeError` when the script or one of the app's files cannot be had.
 */
export async function registerServiceWorker(siteUrl: string): Promise<void> {
  const { Workbox } = await import('workbox-window');
  const workbox = new Workbox(new URL('service-worker.js', siteUrl).href, { updateViaCache: 'none' });
  registered = workbox;
  workbox.addEventListener('waiting', announceUpdate);
  const registration = await workbox.register({ immediate: true });
  await untilActive(registration);
  globalThis.setInterval(() => void checkForUpdate(), UPDATE_CHECK_INTERVAL_MS);
}

/** Calls `onWaiting` when a new version is ready, at once if it already is. Returns the way to stop listening. */
export function watchForUpdate(onWaiting: () => void): () => void {
  waitingListeners.push(onWaiting);
  if (isUpdateWaiting) onWaiting();
  return () => {
    waitingListeners = waitingListeners.filter((listener) => listener !== onWaiting);
  };
}

/** Puts the waiting version in place and reloads this tab into it. Other open tabs stay with the version they run. */
export function applyUpdate(): void {
  void (async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    // Another tab may have accepted the update already: then this one has only to be loaded anew.
    if (!registration?.waiting) {
      globalThis.location.reload();
      return;
    }
    navigator.serviceWorker.addEventListener('controllerchange', () => globalThis.location.reload(), { once: true });
    // Chromium 156 looks at a request to take over once; one that comes while the old version is at work is forgotten.
    globalThis.setInterval(() => registered?.messageSkipWaiting(), TAKE_OVER_INTERVAL_MS);
    registered?.messageSkipWaiting();
  })();
}

/** Asks the site for a newer version. Offline, nothing happens. */
export async function checkForUpdate(): Promise<void> {
  if (registered === undefined || !navigator.onLine) return;
  try {
    await registered.update();
  } catch (error) {
    // The site cannot be reached or is being deployed: the version on this device goes on, the next check asks again.
    console.info('No newer version could be looked for.', error);
  }
}

function announceUpdate(): void {
  isUpdateWaiting = true;
  for (const listener of waitingListeners) listener();
}

/** Resolves when the registration has an active worker; rejects when its first installation fails. */
async function untilActive(registration: ServiceWorkerRegistration | undefined): Promise<void> {
  const coming = registration?.installing ?? registration?.waiting;
  if (registration?.active || !coming) return;
  await new Promise<void>((resolve, reject) => {
    coming.addEventListener('statechange', () => {
      if (coming.state === 'activated') resolve();
      if (coming.state === 'redundant') reject(new TypeError('The app could not be stored for offline use.'));
    });
  });
}
