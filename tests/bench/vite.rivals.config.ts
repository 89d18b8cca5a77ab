import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const folder = fileURLToPath(new URL('rivals', import.meta.url));

/** The workers that other people's libraries run in. They have to be installed, which `installRivals` does. */
export default defineConfig({
  root: folder,
  base: './',
  publicDir: false,
  logLevel: 'error',
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    emptyOutDir: true,
    chunkSizeWarningLimit: 8000,
    reportCompressedSize: false,
    modulePreload: false,
    rolldownOptions: {
      input: { 'vector-rival': `${folder}/vector-rival.ts`, 'word-rival': `${folder}/word-rival.ts` },
      // Unchanged names: SQLite's loader looks for its module under the one it knows.
      output: { entryFileNames: '[name].js', assetFileNames: 'assets/[name][extname]' },
    },
  },
});
