import { createReadStream, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';

/**
 * What pdf.js fetches while it draws a page: character maps of East Asian fonts, the fonts that a PDF may take for
 * granted, image decoders and colour profiles. Licences that lie beside them go along.
 */
const FOLDERS = ['cmaps', 'standard_fonts', 'wasm', 'iccs'] as const;
/** Not needed: scripts inside PDFs never run here. */
const LEFT_OUT = 'quickjs';

/** Serves these files at `<base>pdfjs/` in development and emits them into `pdfjs/` of a build. */
export function pdfjsFiles(): Plugin {
  const root = dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'));
  const files = new Map<string, string>();
  for (const folder of FOLDERS) {
    for (const name of readdirSync(join(root, folder))) {
      if (!name.startsWith(LEFT_OUT)) files.set(`${folder}/${name}`, join(root, folder, name));
    }
  }
  return {
    name: 'pdfjs-files',
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const { pathname } = new URL(request.url ?? '/', 'http://localhost');
        const file = files.get(pathname.split('/pdfjs/').at(-1) ?? '');
        if (file === undefined || !pathname.includes('/pdfjs/')) {
          next();
          return;
        }
        if (file.endsWith('.wasm')) response.setHeader('Content-Type', 'application/wasm');
        if (file.endsWith('.js')) response.setHeader('Content-Type', 'text/javascript');
        for (const [header, value] of Object.entries(server.config.server.headers ?? {})) {
          if (value !== undefined) response.setHeader(header, value);
        }
        createReadStream(file).pipe(response);
      });
    },
    generateBundle() {
      // Worker builds inherit plugins in some setups; the files belong to the page's build only.
      if (this.environment.config.consumer !== 'client') return;
      for (const [name, path] of files) {
        this.emitFile({ type: 'asset', fileName: `pdfjs/${name}`, source: readFileSync(path) });
      }
    },
  };
}
