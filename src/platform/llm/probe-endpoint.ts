import { endpointOrigin } from './base-url.ts';
import type { LlmPorts } from './llm-ports.ts';

/** What an endpoint does when it is asked without a key. */
export type ProbeOutcome =
  | { readonly kind: 'readable'; readonly status: number }
  | { readonly kind: 'redirects' }
  /** Something answers there, but the browser does not let the page read it. */
  | { readonly kind: 'hidden' }
  | { readonly kind: 'silent' };

const PROBE_LIMIT_MS = 5000;

/**
 * Asks for the list of models without the key: first as a page that wants to read (with a content type, so that the
 * browser asks the server's leave as it does for a question), then, failing that, only to see whether anything
 * answers. Never throws.
 */
export async function probeEndpoint(baseUrl: string, ports: LlmPorts, signal: AbortSignal): Promise<ProbeOutcome> {
  const url = `${baseUrl}/models`;
  const common: RequestInit = { credentials: 'omit', referrerPolicy: 'no-referrer', cache: 'no-store' };
  const limited = (): AbortSignal => AbortSignal.any([signal, AbortSignal.timeout(PROBE_LIMIT_MS)]);
  const readable = await attempt(() =>
    ports.fetch(url, {
      ...common,
      mode: 'cors',
      redirect: 'manual',
      headers: { 'content-type': 'application/json' },
      signal: limited(),
    }),
  );
  if (readable !== undefined) {
    const isRedirect = readable.type === 'opaqueredirect' || (readable.status >= 300 && readable.status < 400);
    return isRedirect ? { kind: 'redirects' } : { kind: 'readable', status: readable.status };
  }
  // Without CORS a browser follows redirects or refuses; no key travels, and the page's policy limits where to.
  const withheld = ports.watchWithheldAnswers();
  try {
    const answering = await attempt(() => ports.fetch(url, { ...common, mode: 'no-cors', signal: limited() }));
    const isAnswering = answering !== undefined || (await withheld.hasComeFrom(endpointOrigin(baseUrl)));
    return { kind: isAnswering ? 'hidden' : 'silent' };
  } finally {
    withheld.stop();
  }
}

/** The response without its body, or `undefined` when there was none: which is what the probe asks. */
async function attempt(call: () => Promise<Response>): Promise<Response | undefined> {
  let response: Response;
  try {
    response = await call();
  } catch {
    return undefined;
  }
  // A body that breaks off while being discarded changes nothing about the answer.
  void response.body?.cancel().catch(() => undefined);
  return response;
}
