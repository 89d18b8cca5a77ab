import { COMPLETE_SHELL } from './service-worker-message.ts';

/** Where the browser can't say when it is idle. */
const FALLBACK_DELAY_MS = 3000;

/**
 * Has the parts of the app that the first screen did not need stored on this device once the page has nothing else to
 * do, and whenever it comes back online. What is there already is not fetched again.
 */
export function completeShellWhenIdle(): void {
  globalThis.addEventListener('online', requestCompletion);
  if ('requestIdleCallback' in globalThis) globalThis.requestIdleCallback(requestCompletion);
  else setTimeout(requestCompletion, FALLBACK_DELAY_MS);
}

function requestCompletion(): void {
  navigator.serviceWorker.controller?.postMessage({ type: COMPLETE_SHELL });
}
