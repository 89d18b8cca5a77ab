import { addressSpaceOf } from './base-url.ts';
import { browserLlmPorts } from './llm-ports.ts';
import type { LlmPorts, PermissionOutcome } from './llm-ports.ts';

/** Time to read the browser's question and answer it. */
const DECISION_LIMIT_MS = 60_000;

/**
 * Makes the browser ask the person whether this page may reach their own computer or network, and waits for their
 * decision. To be called in the window, on the click that tests or saves a provider, before the worker's call: a
 * worker's call would raise the question too (a service worker's never does), but at a moment of its own and with the
 * call failing meanwhile. Sends one request without a key to the endpoint, and only while the browser has still to
 * ask. `not-needed` for endpoints on the web, `unknown` in browsers without such a permission. Throws a `TypeError`
 * for a `baseUrl` that is no URL, and nothing else.
 */
export async function primeLocalNetworkPermission(
  baseUrl: string,
  ports: Pick<LlmPorts, 'fetch' | 'localNetworkPermission'> = browserLlmPorts(),
): Promise<PermissionOutcome | 'not-needed'> {
  const space = addressSpaceOf(new URL(baseUrl).hostname);
  if (space === 'public') return 'not-needed';
  const before = await ports.localNetworkPermission(space);
  if (before !== 'prompt') return before;
  try {
    const response = await ports.fetch(`${baseUrl}/models`, {
      mode: 'no-cors',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      cache: 'no-store',
      signal: AbortSignal.timeout(DECISION_LIMIT_MS),
    });
    void response.body?.cancel().catch(() => undefined);
  } catch {
    // Refused, closed unanswered, or nothing listens there: the state below tells the first two from the last.
  }
  return ports.localNetworkPermission(space);
}
