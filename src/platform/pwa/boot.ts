import { checkPolicy } from './policy-check.ts';
import { registerServiceWorker } from './service-worker-registration.ts';
import { holdTabLock } from './tab-lock.ts';

/** Why the page may not handle anything private here. */
export type BootBlock =
  | 'framed'
  | 'insecure-origin'
  | 'no-service-worker'
  | 'service-worker-refused'
  | 'download-failed'
  | 'not-controlled'
  | 'policy-not-enforced';

export type BootOutcome =
  | {
      readonly kind: 'ready';
      /** Whether WebAssembly may use threads. Without it everything works, embedding takes longer. */
      readonly isIsolated: boolean;
    }
  | BlockedBoot;

export interface BlockedBoot {
  readonly kind: 'blocked';
  readonly reason: BootBlock;
  readonly message: string;
}

const RELOAD_MARK = 'commonplace-boot-reload ';

/**
 * Brings the page under the service worker's control. A first visit is reloaded once, since only a response of the service worker carries the headers; the
 * promise then never settles, for the page is going away.
 *
 * `siteUrl`: the site's root with trailing slash. `scriptUrl`: the page's entry script.
 */
export async function boot(siteUrl: string, scriptUrl: string): Promise<BootOutcome> {
  if (globalThis.top !== globalThis.self) return blocked('framed');
  if (!globalThis.isSecureContext) return blocked('insecure-origin');
  if (!('serviceWorker' in navigator) || !('locks' in navigator)) return blocked('no-service-worker');
  holdTabLock(scriptUrl);
  try {
    await registerServiceWorker(siteUrl);
  } catch (error) {
    console.warn('The service worker could not be set up.', error);
    // With a service worker in control the app is whole; only the look for a newer one has failed, as it does offline.
    if (navigator.serviceWorker.controller === null) return blocked(refusal(error));
  }
  if (navigator.serviceWorker.controller === null) return reloadOnce('not-controlled');
  globalThis.sessionStorage.removeItem(`${RELOAD_MARK}not-controlled`);
  return { kind: 'ready', isIsolated: globalThis.crossOriginIsolated };
}

/**
 * Proves that the page's policy holds, by trying to break it. To be called before anything private is opened or made;
 * not earlier, since each trial is an error in the browser's console. `undefined` when it holds; otherwise the page is
 * reloaded, once, and then blocked.
 */
export async function provePolicy(): Promise<BlockedBoot | undefined> {
  const { kind } = await checkPolicy();
  if (kind === 'not-enforced') return reloadOnce('policy-not-enforced');
  globalThis.sessionStorage.removeItem(`${RELOAD_MARK}policy-not-enforced`);
  return undefined;
}

/** Reloads, unless that has just been tried for the same reason: a page must never reload for ever. */
function reloadOnce(reason: BootBlock): BlockedBoot | Promise<never> {
  const mark = RELOAD_MARK + reason;
  if (globalThis.sessionStorage.getItem(mark) !== null) {
    globalThis.sessionStorage.removeItem(mark);
    return blocked(reason);
  }
  globalThis.sessionStorage.setItem(mark, '');
  globalThis.location.reload();
  return new Promise<never>(() => undefined);
}

function refusal(error: unknown): BootBlock {
  return error instanceof DOMException && error.name === 'SecurityError' ? 'service-worker-refused' : 'download-failed';
}

function blocked(reason: BootBlock): BlockedBoot {
  return { kind: 'blocked', reason, message: MESSAGES[reason] };
}

const UNTOUCHED = 'Nothing was opened and nothing was sent; a library on this device is untouched.';

const MESSAGES: Readonly<Record<BootBlock, string>> = {
  framed: `Commonplace is shown inside another page, which could watch what you do. ${UNTOUCHED} Open it in a tab of its own.`,
  'insecure-origin': `This address does not begin with https://, so the browser withholds encryption from the page. ${UNTOUCHED} Open Commonplace through https:// or on localhost.`,
  'no-service-worker': `This browser, or its private window, has no service workers, and Commonplace uses one to guard your data and to work offline. ${UNTOUCHED} Use an ordinary window of a current Chrome, Edge, Firefox or Safari.`,
  'service-worker-refused': `The browser refused the service worker that guards your data, usually because site data is blocked for this address. ${UNTOUCHED} Allow cookies and site data for it in the browser's settings, then reload.`,
  'download-failed': `Commonplace could not be stored on this device: the connection broke off, or storage is full or blocked, as in some private windows. ${UNTOUCHED} Check the connection and the free space, then reload.`,
  'not-controlled': `The service worker that guards your data does not answer for this page. ${UNTOUCHED} Close all tabs of this site and open it again, without holding Shift.`,
  'policy-not-enforced': `The check that this page cannot send data to strangers has failed, perhaps because an extension changes its security headers. ${UNTOUCHED} Switch off extensions for this site, or use another browser profile, then reload.`,
};
