import type { AddressSpace } from './base-url.ts';
import { watchWithheldAnswers, type WithheldAnswers } from './withheld-answers.ts';

export type PermissionOutcome = 'granted' | 'denied' | 'prompt' | 'unknown';

/** Listens for the browser's reports that the page's own policy stopped a request. */
export interface PolicyWatch {
  /** True when a request to `origin` was stopped since the watch began. Waits for reports on their way. */
  hasBlocked(origin: string): Promise<boolean>;
  stop(): void;
}

/** What the client needs from its surroundings: the browser's by default, a test's where time or chance decide. */
export interface LlmPorts {
  readonly fetch: typeof globalThis.fetch;
  isOnline(): boolean;
  /** The state of the browser's local-network permission for hosts of this kind; `unknown` where there is none. */
  localNetworkPermission(space: AddressSpace): Promise<PermissionOutcome>;
  watchPolicy(): PolicyWatch;
  watchWithheldAnswers(): WithheldAnswers;
  /** Rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** In [0, 1). */
  random(): number;
  nowMs(): number;
  /** Origin of the page that calls, for commands that name it. */
  readonly pageOrigin: string;
  readonly userAgent: string;
}

/** Chromium names the permissions by address space since 145; before, one name covered both. */
const PERMISSION_NAMES: Readonly<Record<AddressSpace, readonly string[]>> = {
  loopback: ['loopback-network', 'local-network-access'],
  local: ['local-network', 'local-network-access'],
  public: [],
};

/** A violation is reported in a task of its own, after the request has failed. */
const POLICY_REPORT_WAIT_MS = 50;

/** The surroundings of a window or worker; in Node the same, less what Node lacks. */
export function browserLlmPorts(): LlmPorts {
  return {
    fetch: (input, init) => globalThis.fetch(input, init),
    isOnline: () => typeof navigator === 'undefined' || (navigator.onLine as boolean | undefined) !== false,
    localNetworkPermission: queryLocalNetwork,
    watchPolicy,
    watchWithheldAnswers,
    sleep,
    random: () => Math.random(),
    nowMs: () => Date.now(),
    pageOrigin: typeof location === 'undefined' ? 'http://localhost' : location.origin,
    userAgent: typeof navigator === 'undefined' ? '' : navigator.userAgent,
  };
}

async function queryLocalNetwork(space: AddressSpace): Promise<PermissionOutcome> {
  if (typeof navigator === 'undefined' || !('permissions' in navigator)) return 'unknown';
  for (const name of PERMISSION_NAMES[space]) {
    try {
      // The type lists only the permissions that every browser has.
      const status = await navigator.permissions.query({ name: name as PermissionName });
      return status.state;
    } catch (error) {
      // A browser that does not know the name answers with a TypeError: try the older one.
      if (!(error instanceof TypeError)) throw error;
    }
  }
  return 'unknown';
}

function watchPolicy(): PolicyWatch {
  const blockedUris: string[] = [];
  const listen = (event: Event): void => {
    if ('blockedURI' in event && typeof event.blockedURI === 'string') blockedUris.push(event.blockedURI);
  };
  const canListen = typeof globalThis.addEventListener === 'function';
  if (canListen) globalThis.addEventListener('securitypolicyviolation', listen);
  const isTo = (origin: string): boolean =>
    blockedUris.some((uri) => URL.canParse(uri) && new URL(uri).origin === origin);
  return {
    async hasBlocked(origin) {
      if (canListen && !isTo(origin)) await new Promise((resolve) => setTimeout(resolve, POLICY_REPORT_WAIT_MS));
      return isTo(origin);
    },
    stop() {
      if (canListen) globalThis.removeEventListener('securitypolicyviolation', listen);
    },
  };
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal.reason instanceof Error ? signal.reason : new DOMException('Stopped.', 'AbortError'));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
