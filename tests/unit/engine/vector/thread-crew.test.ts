import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ThreadCrew, type ScanThread } from '../../../../src/engine/vector/thread-crew.ts';
import { VectorIndex } from '../../../../src/engine/vector/vector-index.ts';
import { openSharedKernel } from '../../../../src/engine/vector/wasm-kernel.ts';
import { seededRows } from './made-rows.ts';

const DIMENSIONS = 64;
/** Enough slabs that a search is split. */
const ROWS = 40_000;

const folder = mkdtempSync(join(tmpdir(), 'scan-thread-'));
const running: Worker[] = [];

beforeAll(async () => {
  // A thread of Node runs JavaScript only.
  await build({
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: join(import.meta.dirname, 'scan-thread.ts'),
      outDir: folder,
      emptyOutDir: false,
      rolldownOptions: { output: { entryFileNames: 'scan-thread.mjs' } },
    },
  });
});

afterAll(async () => {
  for (const thread of running) await thread.terminate();
  rmSync(folder, { recursive: true, force: true });
});

function spawn(): ScanThread {
  const worker = new Worker(join(folder, 'scan-thread.mjs'));
  running.push(worker);
  return {
    start: (start) => {
      worker.postMessage(start);
    },
    terminate: () => void worker.terminate(),
  };
}

function indexOver(threadCount: number, spawnThread: () => ScanThread): { index: VectorIndex; crew: ThreadCrew } {
  const kernel = openSharedKernel();
  if (kernel === undefined) throw new Error('No shared memory here.');
  const crew = new ThreadCrew(kernel, threadCount, spawnThread, 2 ** 16);
  const index = new VectorIndex({ dimensions: DIMENSIONS }, kernel, crew);
  return { index, crew };
}

const rows = seededRows(ROWS, DIMENSIONS, 8, 500);
const queries = Array.from({ length: 20 }, (_, at) => seededRows(1, DIMENSIONS, 100 + at));
const alone = new VectorIndex({ dimensions: DIMENSIONS });
alone.add(rows);

describe('a crew of threads', () => {
  it('finds what one thread finds, with and without a filter, before, while and after the threads join in', async () => {
    const { index, crew } = indexOver(3, spawn);
    index.add(rows);
    const accept = Uint8Array.from({ length: ROWS }, (_, at) => (at % 3 === 0 ? 0 : 1));
    const compare = (): void => {
      for (const query of queries) {
        for (const options of [{}, { candidates: ROWS }, { candidates: 100 }, { candidates: 1000, accept }]) {
          expect(index.search(query, 10, options)).toEqual(alone.search(query, 10, options));
        }
      }
    };
    compare();
    await expect.poll(() => crew.jobsFor(2 ** 20), { timeout: 20_000 }).toBe(3);
    compare();
    index.add(seededRows(5000, DIMENSIONS, 9));
    expect(index.search(queries[0]!, 5, { candidates: 50_000 }).keys).toHaveLength(5);
    index.close();
    expect(crew.jobsFor(2 ** 20)).toBe(1);
    expect(index.search(queries[0]!, 5).keys).toHaveLength(5);
  });

  it('does all the work itself where threads never come', () => {
    const { index, crew } = indexOver(2, () => ({ start: () => undefined, terminate: () => undefined }));
    index.add(rows);
    expect(crew.jobsFor(2 ** 20)).toBe(1);
    expect(index.search(queries[1]!, 10)).toEqual(alone.search(queries[1]!, 10));
  });
});
