import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultClientConditions, type Plugin, type UserConfig } from 'vite';
import { ortFolder } from './ort-folder.ts';

export { ortFolder };

/**
 * The ONNX runtime's WebAssembly, served from our own origin. The plain build runs on the processor and starts
 * fastest; the `asyncify` build, twice as big, is fetched only when a graphics processor is used. The glue (`mjs`)
 * and the WebAssembly of one build belong together.
 */
const ORT_FILES = [
  'ort-wasm-simd-threaded.mjs',
  'ort-wasm-simd-threaded.wasm',
  'ort-wasm-simd-threaded.asyncify.mjs',
  'ort-wasm-simd-threaded.asyncify.wasm',
] as const;

const MEDIA_TYPES = { mjs: 'text/javascript', wasm: 'application/wasm' } as const;

/**
 * `resolve` settings for the app and its workers. Without the condition the bundler takes a build of onnxruntime-web
 * that imports its WebAssembly by address, and emits 27 MB of it under a hashed name that nothing uses.
 */
export const ortResolve: NonNullable<UserConfig['resolve']> = {
  conditions: ['onnxruntime-web-use-extern-wasm', ...defaultClientConditions],
};

/** Serves the runtime's files at `<base>ort/` in development and emits them into `ort/` of a build. */
export function ortFiles(): Plugin {
  const folder = ortFolder();
  for (const name of ORT_FILES) {
    if (!existsSync(join(folder, name))) throw new Error(`onnxruntime-web has no ${name}: its files were renamed.`);
  }
  return {
    name: 'ort-files',
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const { pathname } = new URL(request.url ?? '/', 'http://localhost');
        const name = ORT_FILES.find((file) => pathname === `/ort/${file}` || pathname.endsWith(`/ort/${file}`));
        if (name === undefined) {
          next();
          return;
        }
        response.setHeader('Content-Type', MEDIA_TYPES[name.endsWith('.wasm') ? 'wasm' : 'mjs']);
        for (const [header, value] of Object.entries(server.config.server.headers ?? {})) {
          if (value !== undefined) response.setHeader(header, value);
        }
        createReadStream(join(folder, name)).pipe(response);
      });
    },
    generateBundle() {
      // Server-side and worker builds inherit the plugin in some setups; the files belong to the page's build only.
      if (this.environment.config.consumer !== 'client') return;
      for (const name of ORT_FILES) {
        this.emitFile({ type: 'asset', fileName: `ort/${name}`, source: readFileSync(join(folder, name)) });
      }
    },
  };
}
