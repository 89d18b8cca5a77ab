// Measures the JavaScript a first visit needs before the library can be unlocked: the page's entry, the core worker,
// the service worker and all that they import at once, compressed as a plain host would (gzip). Fails over the budget.
// Usage: node scripts/size.mjs [--root dist] [--json]
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';

const BUDGET_BYTES = 120 * 1024;
/** Imported by `import()`, but on the way to the first screen all the same. */
const NEEDED_AT_START = /\bworkbox-window\b/;

const { values } = parseArgs({
  options: { root: { type: 'string', default: 'dist' }, json: { type: 'boolean', default: false } },
});
const root = values.root;
if (!existsSync(join(root, 'index.html'))) {
  process.stderr.write(`There is no build in ${root}. Run "npm run build" first.\n`);
  process.exit(1);
}

const page = readFileSync(join(root, 'index.html'), 'utf8');
const pageScripts = [...page.matchAll(/<(?:script|link)\b[^>]*\b(?:src|href)="\.\/([^"]+\.js)"/g)].map(
  ([, path]) => path,
);
const assets = readdirSync(join(root, 'assets')).map((name) => `assets/${name}`);
const coreWorker = assets.filter((path) => /\/core\.worker-[^/]+\.js$/.test(path));
if (pageScripts.length === 0 || coreWorker.length !== 1) {
  process.stderr.write(
    'The build has no page script or not exactly one core worker: the build has changed, and this script must.\n',
  );
  process.exit(1);
}

const files = new Map();
for (const path of [...pageScripts, ...coreWorker, 'service-worker.js']) follow(path);
const rows = [...files].map(([path, sizeBytes]) => ({ path, sizeBytes })).sort((a, b) => b.sizeBytes - a.sizeBytes);
const totalBytes = rows.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

if (values.json) {
  process.stdout.write(
    `${JSON.stringify({ bench: 'first-load-js', name: 'gzip', sizeBytes: totalBytes, budgetBytes: BUDGET_BYTES })}\n`,
  );
} else {
  for (const { path, sizeBytes } of rows) process.stdout.write(`${kilobytes(sizeBytes).padStart(9)}  ${path}\n`);
  process.stdout.write(
    `${kilobytes(totalBytes).padStart(9)}  first-load JavaScript, budget ${kilobytes(BUDGET_BYTES)}\n`,
  );
}
if (totalBytes > BUDGET_BYTES) {
  process.stderr.write('First-load JavaScript is over its budget: load what the first screen does not need later.\n');
  process.exit(1);
}

/** Adds a script and what it imports statically. */
function follow(path) {
  if (files.has(path)) return;
  const source = readFileSync(join(root, path));
  files.set(path, gzipSync(source, { level: 9 }).length);
  const text = source.toString('utf8');
  const statically = [...text.matchAll(/\b(?:import|export)\b[^"'`()]*?["'`](\.{1,2}\/[^"'`]+\.js)["'`]/g)];
  const atStart = [...text.matchAll(/\bimport\(\s*["'`](\.{1,2}\/[^"'`]+\.js)["'`]/g)].filter(([, target]) =>
    NEEDED_AT_START.test(target),
  );
  for (const [, target] of [...statically, ...atStart]) follow(posix.join(posix.dirname(path), target));
}

function kilobytes(sizeBytes) {
  return `${(sizeBytes / 1024).toFixed(1)} KB`;
}
