/**
 * One factory per compute worker. The form `new Worker(new URL(…, import.meta.url), …)` is what the bundler looks for:
 * it has to stand here literally. The names show in the browser's task list and tools.
 */

export function spawnExtract(): Worker {
  return new Worker(new URL('../../../workers/extract/extract.worker.ts', import.meta.url), {
    type: 'module',
    name: 'extract',
  });
}

export function spawnEmbed(): Worker {
  return new Worker(new URL('../../../workers/embed/embed.worker.ts', import.meta.url), {
    type: 'module',
    name: 'embed',
  });
}

export function spawnSearch(): Worker {
  return new Worker(new URL('../../../workers/search/search.worker.ts', import.meta.url), {
    type: 'module',
    name: 'search',
  });
}

export function spawnKdf(): Worker {
  return new Worker(new URL('../../../workers/kdf/kdf.worker.ts', import.meta.url), {
    type: 'module',
    name: 'kdf',
  });
}
