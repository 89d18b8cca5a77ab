// Writes public/licences.txt: every package that may end up in the build, with its licence's own words.
// `node scripts/licences.mjs`, after a dependency has changed.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const root = join(import.meta.dirname, '..');
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));

/** Built into the app although they are development dependencies. */
const BUILT_IN = new Set(['svelte', 'esm-env', 'clsx']);

const entries = [];
for (const [path, { dev, link, version, license }] of Object.entries(lock.packages)) {
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const isOurs = path === '' || link === true || !path.startsWith('node_modules/');
  const isUsed = dev !== true || BUILT_IN.has(name) || name.startsWith('workbox-');
  if (isOurs || !isUsed || !existsSync(join(root, path))) continue;
  const files = readdirSync(join(root, path)).filter((file) => /^(?:licen[cs]e|notice|copying)/i.test(file));
  const texts = files.sort().map((file) => readFileSync(join(root, path, file), 'utf8').trim());
  entries.push({ title: `${name} ${version}`, licence: license ?? 'see below', texts });
}
entries.sort((a, b) => (a.title < b.title ? -1 : 1));

const line = '-'.repeat(80);
const text = entries
  .map(({ title, licence, texts }) => [line, title, `Licence: ${licence}`, ...texts].join('\n\n'))
  .join('\n\n');
writeFileSync(
  join(root, 'public', 'licences.txt'),
  `Commonplace is built from these packages. Each stands under its own licence.\n\n${text}\n`,
);
process.stdout.write(`${entries.length} packages\n`);
