/** A link that may be offered to the person: parsed, normalised, and of a kind that cannot run anything here. */
export interface SafeLink {
  readonly href: string;
  readonly host: string;
}

const SAFE_PROTOCOLS: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:']);

/**
 * Reads an untrusted `href` the way the browser would (so that entity tricks, tabs and case cannot hide a scheme) and
 * returns it only for http, https and mailto. Relative addresses are refused: nothing in a text may point into the app.
 */
export function safeLink(href: string): SafeLink | undefined {
  if (!URL.canParse(href)) return undefined;
  const url = new URL(href);
  if (!SAFE_PROTOCOLS.has(url.protocol)) return undefined;
  if (url.protocol === 'mailto:') return url.pathname === '' ? undefined : { href: url.href, host: url.pathname };
  return url.hostname === '' ? undefined : { href: url.href, host: url.host };
}

/** The host an untrusted image address names, for the chip that stands in its place. */
export function imageHost(source: string): string {
  if (!URL.canParse(source)) return 'no address';
  const url = new URL(source);
  return url.host === '' ? url.protocol.slice(0, -1) : url.host;
}

/** Whether a link's visible text already names the host it leads to, so that it need not be said twice. */
export function textSaysHost(text: string, link: SafeLink): boolean {
  const shown = text.trim();
  const candidate = /^[a-z][a-z0-9+.-]*:/i.test(shown) ? shown : `https://${shown}`;
  if (link.href.startsWith('mailto:')) return shown === link.host;
  return /^\S+$/.test(shown) && URL.canParse(candidate) && new URL(candidate).host === link.host;
}
