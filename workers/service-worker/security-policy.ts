import type { NetworkPolicy } from '../../src/platform/pwa/network-policy.ts';

/**
 * The security headers of every response the service worker hands out.
 *
 * A page's policy does not reach its dedicated workers: a worker is bound by the headers of its own script. So
 * each script gets the narrowest policy its job allows, chosen by the name the build gives to worker entries.
 */

/** `offline`: computes and fetches nothing; all it needs beyond its input it imports as scripts. */
export type ScriptRole = 'page' | 'core' | 'embed' | 'offline';

/** The one Trusted Types policy that is ours (worker and service worker addresses), and the one of Svelte's templates. */
const TRUSTED_TYPES = "require-trusted-types-for 'script'; trusted-types default svelte-trusted-html";

const PERMISSIONS_POLICY = [
  'accelerometer=()',
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

/** The role of a script, from the file name that the build gives it: `assets/embed.worker-<hash>.js`. */
export function roleOfScript(pathname: string): ScriptRole {
  const name = pathname.slice(pathname.lastIndexOf('/') + 1);
  if (name.startsWith('core.worker')) return 'core';
  if (name.startsWith('embed.worker')) return 'embed';
  // The extract, search and kdf workers, the threads of the ONNX runtime, and chunks, which are bound by the policy
  // of the thread that imports them: theirs matters only if one were started as a worker itself.
  return 'offline';
}

function connectSources(role: ScriptRole, allowed: NetworkPolicy): string {
  switch (role) {
    case 'page':
    case 'core':
      return ["'self'", ...allowed.providerOrigins].join(' ');
    case 'embed':
      return ["'self'", ...(allowed.isHubAllowed ? allowed.hubOrigins : [])].join(' ');
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
