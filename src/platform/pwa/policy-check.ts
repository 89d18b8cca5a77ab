/** Never resolves to a machine: `.invalid` is reserved for that (RFC 2606), so even an unblocked probe tells nobody. */
export const PROBE_URL = 'https://egress-test.invalid/';

const VIOLATION_TIMEOUT_MS = 2000;

export type PolicyCheck =
  /** `connectSources` is what the policy in force allows connections to, as written in its `connect-src`. */
  { readonly kind: 'enforced'; readonly connectSources: readonly string[] } | { readonly kind: 'not-enforced' };

/**
 * Finds out by trial whether this window or worker is kept from contacting a foreign origin: the probe must be
 * refused by the Content-Security-Policy, not merely fail. Run in every thread that holds something worth keeping.
 */
export async function checkPolicy(): Promise<PolicyCheck> {
  const stop = new AbortController();
  const refused = new Promise<SecurityPolicyViolationEvent>((resolve) => {
    globalThis.addEventListener(
      'securitypolicyviolation',
      (event) => {
        // In a worker the type of this event is not known by its name.
        if (!(event instanceof SecurityPolicyViolationEvent)) return;
        if (event.disposition === 'enforce' && isProbe(event.blockedURI)) resolve(event);
      },
      { signal: stop.signal },
    );
  });
  try {
    const outcome = await Promise.race([refused, probe()]);
    if (outcome !== 'failed') return outcome === 'answered' ? { kind: 'not-enforced' } : enforced(outcome);
    // The refusal is reported in a task of its own, which may come after the fetch has failed.
    const late = await Promise.race([refused, after(VIOLATION_TIMEOUT_MS)]);
    return late === undefined ? { kind: 'not-enforced' } : enforced(late);
  } finally {
    stop.abort();
  }
}

/** The sources of a policy's `connect-src` (else its `default-src`). */
export function connectSourcesOf(policy: string): readonly string[] {
  const directives = policy.split(';').map((directive) => directive.trim().split(/\s+/));
  const directive =
    directives.find(([name]) => name === 'connect-src') ?? directives.find(([name]) => name === 'default-src');
  return directive?.slice(1) ?? [];
}

/** Browsers name the refused address whole or by its origin alone. */
function isProbe(blockedUri: string): boolean {
  return URL.canParse(blockedUri) && new URL(blockedUri).href === PROBE_URL;
}

function enforced(violation: SecurityPolicyViolationEvent): PolicyCheck {
  return { kind: 'enforced', connectSources: connectSourcesOf(violation.originalPolicy) };
}

async function probe(): Promise<'answered' | 'failed'> {
  try {
    await fetch(PROBE_URL, { mode: 'no-cors', cache: 'no-store' });
    return 'answered';
  } catch (error) {
    if (error instanceof TypeError) return 'failed';
    throw error;
  }
}

function after(delayMs: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), delayMs));
}
