/** The part of the Trusted Types API used here; not every browser has it, and TypeScript's DOM library does not either. */
interface TrustedTypePolicyFactory {
  createPolicy(name: string, rules: { readonly createScriptURL: (url: string) => string }): unknown;
}

declare global {
  interface Window {
    readonly trustedTypes?: TrustedTypePolicyFactory;
  }
}

/**
 * Installs the page's only Trusted Types policy: a script may be started only from a file that the build put beside
 * the page. No policy here makes HTML or code from text, so the browser refuses both. Call once, before anything else.
 */
export function restrictScriptUrls(siteUrl: string): void {
  window.trustedTypes?.createPolicy('default', {
    createScriptURL: (url) => {
      if (isOwnScript(url, siteUrl)) return url;
      throw new TypeError('A script from outside Commonplace was refused.');
    },
  });
}

/** Whether the address is `service-worker.js` or a script under `assets/` or `ort/` of this site. */
export function isOwnScript(url: string, siteUrl: string): boolean {
  if (!URL.canParse(url, siteUrl)) return false;
  const { origin, pathname } = new URL(url, siteUrl);
  const site = new URL(siteUrl);
  if (origin !== site.origin || !pathname.startsWith(site.pathname)) return false;
  return /^(?:service-worker\.js|(?:assets|ort)\/[\w.-]+\.m?js)$/.test(pathname.slice(site.pathname.length));
}
