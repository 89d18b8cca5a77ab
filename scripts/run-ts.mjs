// Runs a TypeScript script in Node: `node scripts/run-ts.mjs scripts/eval.ts args…`
// The script sees process.argv as if Node had been given it directly, may use top-level await and
// import.meta.dirname, and imports from node_modules natively. Types are stripped, not checked.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import process from 'node:process';
import { runnerImport } from 'vite';

const [script, ...scriptArguments] = process.argv.slice(2);
if (script === undefined) {
  process.stderr.write('Usage: node scripts/run-ts.mjs script.ts [arguments]\n');
  process.exit(2);
}
const scriptPath = resolve(script);
process.argv = [process.execPath, scriptPath, ...scriptArguments];
try {
  await runnerImport(pathToFileURL(scriptPath).pathname, { configFile: false, logLevel: 'error' });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
}
