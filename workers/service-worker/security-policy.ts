import type { NetworkPolicy } from '../../src/platform/pwa/network-policy.ts';

/**
 * The security headers of every response the service worker hands out.
 *
 * A page's policy does not reach its dedicated workers: a worker is bound by the headers of its own script. So
 * each script gets the narrowest policy its job allows, chosen by the name the build gives to worker entries.
 */

export type ScriptRole = 'page' | 'core' | 'embed' | 'compute' | 'runtime' | 'offline';

/** The one Trusted Types policy that is ours (worker and service worker addresses), and the one of Svelte's templates. */
const TRUSTED_TYPES = "require-trusted-types-for 'script'; trusted-types default svelte-trusted-html";

const PERMISSIONS_POLICY = [
  'accelerometer=()',
  'bluetooth=()',
  'browsing-topics=()',
  'camera=()',
  'display-capture=()',
  'geolocation=()',
  'gyroscope=()',
  'hid=()',
  'idle-detection=()',
  'local-fonts=()',
  'magnetometer=()',
  'microphone=(self)',
  'midi=()',
  'payment=()',
  'serial=()',
  'storage-access=()',
  'usb=()',
  'xr-spatial-tracking=()',
  'publickey-credentials-get=(self)',
  'publickey-credentials-create=(self)',
  'clipboard-write=(self)',
].join(', ');

/** COOP, COEP and CORP: what makes the page cross-origin isolated, hence threads in WebAssembly. */
export function isolationHeaders(): Record<string, string> {
  return {
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
    'Cross-Origin-Resource-Policy': 'same-origin',
  };
}

/** The role of a script, from the file name of its build: `assets/embed.worker-<hash>.js`, `ort/….mjs`. */
export function roleOfScript(pathname: string): ScriptRole {
  const name = pathname.slice(pathname.lastIndexOf('/') + 1);
  if (name.startsWith('core.worker')) return 'core';
  if (name.startsWith('embed.worker')) return 'embed';
  // The ONNX runtime starts its threads from its own module; a thread computes and fetches nothing.
  if (/\/ort\//.test(pathname)) return 'runtime';
  if (/^(?:search|kdf)\.worker/.test(name)) return 'offline';
  if (/^(?:extract|pdf)\./.test(name) || name.includes('.worker')) return 'compute';
  // Chunks inherit the policy of whoever imports them; the header matters only if one is started as a worker.
  return 'offline';
}

function connectSources(role: ScriptRole, allowed: NetworkPolicy): string {
  switch (role) {
    case 'page':
    case 'core':
      return ["'self'", ...allowed.providerOrigins].join(' ');
    case 'embed':
      return ["'self'", ...(allowed.isHubAllowed ? allowed.hubOrigins : [])].join(' ');
    // Reads its own character maps and fonts from the site, nothing else.
    case 'compute':
    case 'runtime':
      return "'self'";
    case 'offline':
      return "'none'";
  }
}

/** The Content-Security-Policy of a document (`page`) or of a worker's script. */
export function contentSecurityPolicy(role: ScriptRole, allowed: NetworkPolicy): string {
  const policy = [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self'",
    `connect-src ${connectSources(role, allowed)}`,
    "base-uri 'none'",
    "form-action 'none'",
    "object-src 'none'",
  ];
  if (role === 'page') {
    policy.push(...PAGE_ONLY, "frame-ancestors 'none'", TRUSTED_TYPES);
  }
  return policy.join('; ');
}

const PAGE_ONLY = [
  "style-src 'self'",
  "style-src-attr 'none'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "font-src 'self'",
  "manifest-src 'self'",
  "frame-src 'none'",
];

/**
 * The policy written into `index.html` itself: it holds from the first byte, before the service worker is there.
 * It cannot know the person's provider, so its `connect-src` is wide; the header's narrower one is added to it.
 */
export function metaContentSecurityPolicy(): string {
  return [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self'",
    "connect-src 'self' https: http:",
    ...PAGE_ONLY,
    "base-uri 'none'",
    "form-action 'none'",
    "object-src 'none'",
    TRUSTED_TYPES,
  ].join('; ');
}

/** All headers for a response of this role, to be set over the host's own. */
export function securityHeaders(role: ScriptRole, allowed: NetworkPolicy): Record<string, string> {
  return {
    ...isolationHeaders(),
    'Content-Security-Policy': contentSecurityPolicy(role, allowed),
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    'Permissions-Policy': PERMISSIONS_POLICY,
  };
}
