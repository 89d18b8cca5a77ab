import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { ortFiles, ortResolve } from '../../scripts/vite-ort-files.ts';

/** The page that the benchmarks run in: the product's workers and classes, built as for the app, without its screens. */
export default defineConfig({
  root: fileURLToPath(new URL('page', import.meta.url)),
  base: './',
  publicDir: false,
  logLevel: 'error',
  define: { __APP_VERSION__: '"bench"', __ORT_VERSION__: '"bench"' },
  plugins: [ortFiles()],
  resolve: {
    ...ortResolve,
    alias: {
      'decode-named-character-reference': fileURLToPath(
        new URL('../../node_modules/decode-named-character-reference/index.js', import.meta.url),
      ),
    },
  },
  worker: { format: 'es' },
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    emptyOutDir: true,
    chunkSizeWarningLimit: 1500,
    reportCompressedSize: false,
  },
});
