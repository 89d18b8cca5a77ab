// Assembles the folder of a Hugging Face static Space from a build: `npm run build && npm run space [-- FOLDER]`.
// Push that folder to the Space's repository: see docs/deploy/hugging-face-space.md.
import { cpSync, existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';

/** Files above this size must go through Git LFS on the hub. */
const LFS_ABOVE_BYTES = 10 * 1024 * 1024;

const root = join(import.meta.dirname, '..');
const build = join(root, 'dist');
const target = resolve(process.argv[2] ?? join(root, 'dist-space'));
if (!existsSync(join(build, 'index.html'))) {
  process.stderr.write('There is no build in dist/. Run "npm run build" first.\n');
  process.exit(1);
}
if (existsSync(target) && readdirSync(target).length > 0 && !existsSync(join(target, 'service-worker.js'))) {
  process.stderr.write(`${target} holds something else than a Space of Commonplace. Name an empty or new folder.\n`);
  process.exit(1);
}

// What belongs to the Space's own repository stays; all that comes from a build is replaced.
if (existsSync(target)) {
  for (const name of readdirSync(target)) if (name !== '.git') rmSync(join(target, name), { recursive: true });
}
cpSync(build, target, { recursive: true });

writeFileSync(
  join(target, 'README.md'),
  `---
title: Commonplace
emoji: 📖
colorFrom: green
colorTo: gray
sdk: static
app_file: index.html
pinned: false
license: apache-2.0
short_description: A private library that answers, inside your browser
custom_headers:
  cross-origin-embedder-policy: require-corp
  cross-origin-opener-policy: same-origin
  cross-origin-resource-policy: same-origin
---

Commonplace reads, embeds, indexes and encrypts your files inside your browser and answers questions about them with
citations. Open it in a tab of its own, through the Space's direct address: it does not start inside a frame.
`,
);
const large = filesBelow(target).filter((path) => statSync(join(target, path)).size > LFS_ABOVE_BYTES);
writeFileSync(
  join(target, '.gitattributes'),
  large.map((path) => `${path} filter=lfs diff=lfs merge=lfs -text\n`).join(''),
);
process.stdout.write(`The Space is in ${target}. Through Git LFS: ${large.join(', ') || 'nothing'}.\n`);

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !path.startsWith('.git/') && statSync(join(folder, path)).isFile());
}
