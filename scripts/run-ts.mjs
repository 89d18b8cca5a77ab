// Runs a TypeScript script in Node: `node scripts/run-ts.mjs scripts/eval.ts args…`
// The script and its imports are bundled first, so they run at native speed; packages are imported as they are.
// The script sees process.argv as if Node had been given it directly, may use top-level await, and
// import.meta.url and import.meta.dirname name its source. Types are stripped, not checked.
import { rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';

const [script, ...scriptArguments] = process.argv.slice(2);
if (script === undefined) {
  process.stderr.write('Usage: node scripts/run-ts.mjs script.ts [arguments]\n');
  process.exit(2);
}
const scriptPath = resolve(script);
const outDir = join(import.meta.dirname, '../node_modules/.cache/run-ts', String(process.pid));
process.on('exit', () => rmSync(outDir, { recursive: true, force: true }));

const keepImportMeta = {
  name: 'keep-import-meta',
  transform(code, id) {
    if (!code.includes('import.meta.') || id.includes('node_modules')) return null;
    return code
      .replaceAll('import.meta.dirname', JSON.stringify(dirname(id)))
      .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(id).href));
  },
};
const output = { entryFileNames: 'script.mjs' };
await build({
  configFile: false,
  logLevel: 'error',
  plugins: [keepImportMeta],
  build: {
    ssr: scriptPath,
    outDir,
    target: 'es2024',
    copyPublicDir: false,
    sourcemap: 'inline',
    rolldownOptions: { output },
  },
});
process.setSourceMapsEnabled(true);
process.argv = [process.execPath, scriptPath, ...scriptArguments];
await import(pathToFileURL(join(outDir, 'script.mjs')).href);
