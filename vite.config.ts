import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';
import type { ManifestTransform } from 'workbox-build';
import { metaPolicy } from './scripts/vite-meta-policy.ts';
import { ortFiles, ortFolder, ortResolve } from './scripts/vite-ort-files.ts';
import { isolationHeaders } from './workers/service-worker/security-policy.ts';

/** Files that are precached: the whole shell, but neither the ONNX runtime nor any model, which may never be needed. */
const SHELL_FILES = ['**/*.{js,mjs,css,html,woff2,wasm,svg,png,webmanifest,json}', 'samples/**'];
const NOT_IN_SHELL = ['ort/**', 'models/**', '404.html', 'service-worker.js'];

const constants = {
  __APP_VERSION__: JSON.stringify(versionIn('package.json')),
  __ORT_VERSION__: JSON.stringify(versionIn(join(ortFolder(), '../package.json'))),
};

function versionIn(packagePath: string): string {
  return (JSON.parse(readFileSync(packagePath, 'utf8')) as { readonly version: string }).version;
}

/** `Uni…` maps by character collection, which modern PDFs use; the old encodings all together. */
function characterMapGroup(id: string): string {
  const collection = /Uni(?:CNS|GB|JIS|KS|Akan)/.exec(id)?.[0] ?? 'legacy';
  return `character-maps-${collection}`;
}

let outDir = '';
const rememberOutDir: Plugin = {
  name: 'commonplace:remember-out-dir',
  configResolved: ({ root, build }) => {
    outDir = resolve(root, build.outDir);
  },
};

/**
 * Pins every precached file to the bytes that were built. Not `index.html`: some hosts write a line of their own into
 * it, and whoever can change that file can change the service worker too.
 */
const pinContents: ManifestTransform = async (entries) => {
  const manifest = await Promise.all(
    entries.map(async (entry) => {
      if (entry.url === 'index.html') return entry;
      const bytes = await readFile(join(outDir, entry.url));
      return { ...entry, integrity: `sha256-${createHash('sha256').update(bytes).digest('base64')}` };
    }),
  );
  return { manifest };
};

export default defineConfig({
  // Relative, so that one build works at a domain's root and under any sub-path; routes live in the hash.
  base: process.env['BASE'] ?? './',
  define: constants,
  plugins: [
    svelte(),
    ortFiles(),
    metaPolicy(),
    rememberOutDir,
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'workers/service-worker',
      filename: 'service-worker.ts',
      registerType: 'prompt',
      injectRegister: false,
      manifest: false,
      injectManifest: {
        rollupFormat: 'iife',
        globPatterns: SHELL_FILES,
        globIgnores: NOT_IN_SHELL,
        maximumFileSizeToCacheInBytes: 16 * 1024 * 1024,
        // Hashed names carry their own revision.
        dontCacheBustURLsMatching: /^assets\//,
        manifestTransforms: [pinContents],
      },
    }),
  ],
  resolve: {
    ...ortResolve,
    alias: {
      // Its browser build decodes `&amp;` through innerHTML: no document in a worker, and not allowed in the page.
      'decode-named-character-reference': fileURLToPath(
        new URL('node_modules/decode-named-character-reference/index.js', import.meta.url),
      ),
    },
  },
  worker: {
    format: 'es',
    plugins: () => [],
    rolldownOptions: {
      // The service worker chooses each worker's network policy by this name: see workers/service-worker/security-policy.ts.
      output: {
        entryFileNames: 'assets/[name]-[hash].js',
        chunkFileNames: 'assets/[name]-[hash].js',
        // 168 character maps of Asian PDFs as a handful of files, so that the list of stored files stays short.
        codeSplitting: { groups: [{ name: characterMapGroup, test: /[\\/]cmaps[\\/]/ }] },
      },
    },
  },
  build: {
    // The end-to-end tests look for the build under the same name.
    outDir: process.env['OUT_DIR'] ?? 'dist',
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    chunkSizeWarningLimit: 2000,
    reportCompressedSize: false,
    rolldownOptions: { input: fileURLToPath(new URL('index.html', import.meta.url)) },
  },
  optimizeDeps: { exclude: ['@huggingface/transformers', 'onnxruntime-web'] },
  server: { headers: isolationHeaders() },
});
