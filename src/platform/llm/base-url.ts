/** Where a host lies as browsers see it when they guard the local network (Local Network Access, WICG). */
export type AddressSpace = 'loopback' | 'local' | 'public';

export type BaseUrlOutcome =
  | { readonly kind: 'valid'; readonly baseUrl: string; readonly origin: string; readonly addressSpace: AddressSpace }
  | { readonly kind: 'invalid'; readonly message: string };

/** Endpoint paths that people paste along with the base URL. */
const ENDPOINT_PATH = /\/(?:chat\/completions|completions|embeddings|models|responses)\/?$/u;
const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//iu;

/**
 * Reads what a person typed as the address of an OpenAI-compatible endpoint. A missing scheme is added (`http` for
 * this computer and the local network, else `https`), endpoint paths and trailing slashes are cut, and an address
 * without a path gets `/v1`. Plain `http` is accepted for loopback and private addresses only.
 */
export function readBaseUrl(typed: string): BaseUrlOutcome {
  const trimmed = typed.trim();
  if (trimmed === '') return invalid('Type the address of the provider, for example https://api.example.com/v1.');
  const url = parseUrl(trimmed);
  if (url === undefined) {
    return invalid('This is not a web address. It should look like https://api.example.com/v1.');
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return invalid(
      `Addresses that begin with “${url.protocol}” do not work here. Use https://, or http:// for a server on your own computer or network.`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    return invalid(
      'Leave user name and password out of the address. Put the key in the key field, where it is encrypted.',
    );
  }
  if (url.search !== '' || url.hash !== '') {
    return invalid(
      'Leave out everything from “?” or “#” on. If it holds your key, put that in the key field, where it is encrypted.',
    );
  }
  const addressSpace = addressSpaceOf(url.hostname);
  if (url.protocol === 'http:' && addressSpace === 'public') {
    return invalid(
      'Use https:// for this address: over plain http your key and your passages could be read on the way. Plain http works only for servers on your own computer or network.',
    );
  }
  const path = url.pathname.replace(ENDPOINT_PATH, '').replace(/\/+$/u, '');
  return { kind: 'valid', baseUrl: `${url.origin}${path === '' ? '/v1' : path}`, origin: url.origin, addressSpace };
}

/** The origin of an endpoint, as the network policy and the key's seal name it. Throws a `TypeError` for no URL. */
export function endpointOrigin(baseUrl: string): string {
  return new URL(baseUrl).origin;
}

const PRIVACY: Readonly<Record<AddressSpace, number>> = { public: 0, local: 1, loopback: 2 };

/**
 * Whether a browser with Local Network Access asks the person before a page of `pageOrigin` may call `baseUrl`: it
 * does when the endpoint lies nearer to them than the page. Throws a `TypeError` for no URL.
 */
export function needsLocalNetworkPermission(pageOrigin: string, baseUrl: string): boolean {
  const pageSpace = addressSpaceOf(new URL(pageOrigin).hostname);
  return PRIVACY[addressSpaceOf(new URL(baseUrl).hostname)] > PRIVACY[pageSpace];
}

/**
 * Which guard of the browser applies to a host, by its name alone: private and link-local IP literals (RFC 1918,
 * RFC 4193, RFC 6598, RFC 3927, RFC 4291) and `.local` names count as the local network. A public name that
 * resolves to a private address cannot be told from here and counts as public.
 */
export function addressSpaceOf(hostname: string): AddressSpace {
  const host = hostname
    .toLowerCase()
    .replace(/^\[|\]$/gu, '')
    .replace(/\.$/u, '');
  if (host === 'localhost' || host.endsWith('.localhost') || host === '::1') return 'loopback';
  if (host.endsWith('.local')) return 'local';
  if (host.includes(':')) return /^(?:f[cd]|fe[89ab])/u.test(host) ? 'local' : mappedSpaceOf(host);
  const octets = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/u.exec(host)?.slice(1).map(Number);
  return octets === undefined ? 'public' : spaceOfOctets(octets);
}

function spaceOfOctets([first = 0, second = 0]: readonly number[]): AddressSpace {
  if (first === 127) return 'loopback';
  const isPrivate =
    first === 10 ||
    (first === 172 && second >= 16 && second < 32) ||
    (first === 192 && second === 168) ||
    (first === 100 && second >= 64 && second < 128) ||
    (first === 169 && second === 254);
  return isPrivate ? 'local' : 'public';
}

/** IPv4-mapped IPv6, which `URL` writes as `::ffff:7f00:1`. */
function mappedSpaceOf(host: string): AddressSpace {
  const groups = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/u.exec(host);
  if (groups === null) return 'public';
  const high = Number.parseInt(groups[1] ?? '0', 16);
  return spaceOfOctets([high >> 8, high & 255]);
}

function parseUrl(trimmed: string): URL | undefined {
  if (SCHEME.test(trimmed)) return URL.canParse(trimmed) ? new URL(trimmed) : undefined;
  if (!URL.canParse(`https://${trimmed}`)) return undefined;
  const guess = new URL(`https://${trimmed}`);
  // Set on the text, not on the URL: https drops a port 443 that http would keep.
  return addressSpaceOf(guess.hostname) === 'public' ? guess : new URL(`http://${trimmed}`);
}

function invalid(message: string): BaseUrlOutcome {
  return { kind: 'invalid', message };
}
