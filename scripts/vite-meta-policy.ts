import type { Plugin } from 'vite';
import { metaContentSecurityPolicy } from '../workers/service-worker/security-policy.ts';

/** Writes the base security policy into the built `index.html`. The dev server needs inline styles, so it goes without. */
export function metaPolicy(): Plugin {
  return {
    name: 'commonplace:meta-policy',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: metaContentSecurityPolicy() },
        injectTo: 'head-prepend',
      },
    ],
  };
}
