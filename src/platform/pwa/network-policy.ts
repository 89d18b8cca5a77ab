/**
 * Which origins beyond the site's own the person has allowed: origins only, never a key or a path. The service
 * worker reads this record for each document and worker it serves and writes it into their security policy, so a
 * change holds from the next load of the page.
 *
 * It lives in Cache Storage because the window, every worker and the service worker can all read it there without
 * opening the vault's database. Works in a window, a worker and the service worker.
 */
export interface NetworkPolicy {
  /** Origins the page and the core worker may connect to, such as `https://api.openai.com`. */
  readonly providerOrigins: readonly string[];
  /** Whether the embed worker may fetch model files from the model hub. */
  readonly isHubAllowed: boolean;
  /** Origins model files come from: the hub and the hosts it redirects to. */
  readonly hubOrigins: readonly string[];
}

/** The public model hub and the hosts that its downloads are redirected to. */
export const DEFAULT_HUB_ORIGINS: readonly string[] = [
  'https://huggingface.co',
  'https://*.huggingface.co',
  'https://*.hf.co',
];

/** Nothing but the site's own origin. */
export const CLOSED_NETWORK_POLICY: NetworkPolicy = {
  providerOrigins: [],
  isHubAllowed: false,
  hubOrigins: DEFAULT_HUB_ORIGINS,
};

const CACHE_NAME = 'commonplace-network-policy';
const MAX_ORIGINS = 8;

/** The record of this site, or nothing allowed where there is none or it does not read as one. */
export async function readNetworkPolicy(siteUrl: string = defaultSiteUrl()): Promise<NetworkPolicy> {
  const cache = await caches.open(CACHE_NAME);
  const response = await cache.match(recordUrl(siteUrl));
  if (response === undefined) return CLOSED_NETWORK_POLICY;
  try {
    return parseNetworkPolicy(await response.json());
  } catch (error) {
    // Unreadable means nothing is allowed: the safe reading, and the settings page writes it anew.
    if (error instanceof SyntaxError) return CLOSED_NETWORK_POLICY;
    throw error;
  }
}

/** Replaces the record. Values that are not plain origins are left out. `hubOrigins` defaults to the public hub. */
export async function writeNetworkPolicy(
  policy: Omit<NetworkPolicy, 'hubOrigins'> & { readonly hubOrigins?: readonly string[] },
  siteUrl: string = defaultSiteUrl(),
): Promise<void> {
  const record = parseNetworkPolicy(policy);
  const cache = await caches.open(CACHE_NAME);
  await cache.put(
    recordUrl(siteUrl),
    new Response(JSON.stringify(record), { headers: { 'Content-Type': 'application/json' } }),
  );
}

/** True when both allow the same: used to find out whether the page must be loaded anew. */
export function isSameNetworkPolicy(left: NetworkPolicy, right: NetworkPolicy): boolean {
  return (
    left.isHubAllowed === right.isHubAllowed &&
    isSameSet(left.providerOrigins, right.providerOrigins) &&
    isSameSet(left.hubOrigins, right.hubOrigins)
  );
}

/** Reads untrusted JSON into a policy; anything that is not an origin is dropped, since it is written into a header. */
export function parseNetworkPolicy(value: unknown): NetworkPolicy {
  if (typeof value !== 'object' || value === null) return CLOSED_NETWORK_POLICY;
  const record = value as Readonly<Record<string, unknown>>;
  const hubOrigins = originsOf(record['hubOrigins'], isHubOrigin);
  return {
    providerOrigins: originsOf(record['providerOrigins'], isOrigin),
    isHubAllowed: record['isHubAllowed'] === true,
    hubOrigins: hubOrigins.length > 0 ? hubOrigins : DEFAULT_HUB_ORIGINS,
  };
}

/** Whether a URL belongs to one of the hub's origins; `https://*.hf.co` matches any host below `hf.co`. */
export function isHubUrl(url: URL, hubOrigins: readonly string[]): boolean {
  return hubOrigins.some((origin) =>
    origin.startsWith('https://*.')
      ? url.protocol === 'https:' && url.port === '' && url.hostname.endsWith(origin.slice('https://*'.length))
      : url.origin === origin,
  );
}

/** Whether the person has allowed downloads from this very hub; another one has to ask anew. */
export function isHubUrlAllowed({ isHubAllowed, hubOrigins }: NetworkPolicy, hubUrl: string): boolean {
  return isHubAllowed && isHubUrl(new URL(hubUrl), hubOrigins);
}

function originsOf(value: unknown, isAllowed: (text: string) => boolean): readonly string[] {
  if (!Array.isArray(value)) return [];
  const origins = value.filter((item: unknown): item is string => typeof item === 'string' && isAllowed(item));
  return [...new Set(origins)].sort().slice(0, MAX_ORIGINS);
}

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return (url.protocol === 'https:' || url.protocol === 'http:') && url.origin === text && !/[\s;,'"*]/.test(text);
}

/** An origin, or one with `*.` before the host. */
export function isHubOrigin(text: string): boolean {
  return text.startsWith('https://*.') ? isOrigin(text.replace('*.', '')) : isOrigin(text);
}

function isSameSet(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((item) => right.includes(item));
}

function recordUrl(siteUrl: string): string {
  return new URL('network-policy.json', siteUrl).href;
}

/** The site's root with trailing slash: the page's own folder, the service worker's scope, or a worker's `assets/..`. */
function defaultSiteUrl(): string {
  if ('registration' in globalThis) {
    return (globalThis as unknown as { readonly registration: { readonly scope: string } }).registration.scope;
  }
  const { href } = globalThis.location;
  return new URL(/\/assets\/[^/]*$/.test(new URL(href).pathname) ? '../' : './', href).href;
}
