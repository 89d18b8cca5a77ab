import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';
import { metaPolicy } from './scripts/vite-meta-policy.ts';
import { pdfjsFiles } from './scripts/vite-pdfjs-files.ts';
import { ortFiles, ortFolder, ortResolve } from './scripts/vite-ort-files.ts';
import { ShellPhases } from './scripts/vite-shell-phases.ts';
import { LATER_FILES_NAME } from './workers/service-worker/later-files.ts';
import { isolationHeaders } from './workers/service-worker/security-policy.ts';

/**
 * Files that are kept on the device: the whole app with the model it carries (8 MB, in the second phase), but neither
 * the ONNX runtime nor any other model, which may never be needed.
 */
const SHELL_FILES = [
  '**/*.{js,mjs,css,html,woff2,wasm,svg,png,webmanifest,json}',
  'samples/**',
  'pdfjs/**',
  'licences.txt',
  'models/commonplace/**/*.{json,onnx}',
];
const NOT_IN_SHELL = [
  'ort/**',
  'models/!(commonplace)/**',
  '404.html',
  'config.json',
  'service-worker.js',
  LATER_FILES_NAME,
];

/** What a first visit waits for: the way to an open library, a conversation in it, and the notes most people add first. */
const phases = new ShellPhases({
  scripts: [
    'index',
    'workbox-window.prod.es5',
    'OpenShell',
    'core.worker',
    'kdf.worker',
    'search.worker',
    'extract.worker',
    'read-markdown',
    'read-text',
  ],
  others: /^(?:index\.html|manifest\.webmanifest|assets\/literata-latin-wght-normal-[^/]+)$/,
});

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

export default defineConfig({
  // Relative, so that one build works at a domain's root and under any sub-path; routes live in the hash.
  base: process.env['BASE'] ?? './',
  define: constants,
  plugins: [
    svelte(),
    ortFiles(),
    pdfjsFiles(),
    metaPolicy(),
    phases.plugin(),
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
        manifestTransforms: [phases.split],
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
    plugins: () => [phases.plugin()],
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
