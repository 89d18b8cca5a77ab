import { transfer } from 'comlink';
import { WorkerCrashedError } from '../../domain/errors.ts';
import type { ExtractProblem } from '../../domain/extracted.ts';
import type { ChunkingSettings } from '../../domain/settings.ts';
import type { ExtractApi, ExtractFinish, ExtractInput } from '../../../workers/extract/api.ts';
import type { Extractor, ReadingProgress } from './ports.ts';
import { spawnExtract } from './spawn.ts';
import { WorkerHandle } from './worker-handle.ts';

/** One page, or opening or cutting up a whole file, may take this long on a slow machine. */
const STEP_TIMEOUT_MS = 30_000;
/** A file as a whole, and a little more for each of its pages. */
const FILE_TIMEOUT_MS = 120_000;
const PAGE_ALLOWANCE_MS = 1_000;

/**
 * Reads each file in a worker of its own, which ends with it: what a file does to its parser ends there too. The next
 * workers start while the present ones work, so that small files don't wait for a start each.
 */
export class ComputeExtractor implements Extractor {
  readonly #spares: WorkerHandle<ExtractApi>[] = [];
  readonly #spareCount: number;

  /** `spareCount`: workers started before a file needs them, as many as files are read at once. */
  constructor(spareCount: number) {
    this.#spareCount = spareCount;
  }

  async extract(
    input: ExtractInput,
    chunking: ChunkingSettings,
    { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress?: (progress: ReadingProgress) => void },
  ): Promise<ExtractFinish> {
    signal.throwIfAborted();
    const worker = this.#spares.shift() ?? startWorker(input.path);
    while (this.#spares.length < this.#spareCount) this.#spares.push(startWorker(input.path));
    try {
      return await readFile(worker, input, chunking, signal, onProgress);
    } catch (error) {
      signal.throwIfAborted();
      return { outcome: { kind: 'problem', problem: problemOf(error) }, chunks: [] };
    } finally {
      worker.dispose();
    }
  }

  dispose(): void {
    for (const spare of this.#spares.splice(0)) spare.dispose();
  }
}

/** The next file is most likely of the same kind as this one. */
function startWorker(path: string): WorkerHandle<ExtractApi> {
  const worker = new WorkerHandle<ExtractApi>(spawnExtract, { task: 'reading files' });
  worker
    .call((api) => api.prepare(path))
    .catch(() => {
      // Only a head start: what keeps a reader from loading is met again, and told, when a file is opened.
    });
  return worker;
}

async function readFile(
  worker: WorkerHandle<ExtractApi>,
  input: ExtractInput,
  chunking: ChunkingSettings,
  signal: AbortSignal,
  onProgress: ((progress: ReadingProgress) => void) | undefined,
): Promise<ExtractFinish> {
  const options = { signal, timeoutMs: STEP_TIMEOUT_MS };
  const startedAt = performance.now();
  const opening = await worker.call((api) => api.open(transfer(input, [input.bytes])), options);
  if (opening.kind === 'ready') {
    const { unit, unitCount: total } = opening;
    const allowedMs = FILE_TIMEOUT_MS + total * PAGE_ALLOWANCE_MS;
    for (let index = 0; index < total; index++) {
      if (performance.now() - startedAt > allowedMs) throw new DOMException('The file takes too long.', 'TimeoutError');
      await worker.call((api) => api.readUnit(index), options);
      onProgress?.({ unit, done: index + 1, total });
    }
  }
  return worker.call((api) => api.finish(chunking), options);
}

function problemOf(error: unknown): ExtractProblem {
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return {
      kind: 'timed-out',
      message:
        'Reading this file took too long and was stopped. Nothing of it was taken in; the rest of your library is untouched. Split it, or save it again from the program it came from, and drop that.',
    };
  }
  if (error instanceof WorkerCrashedError) {
    return {
      kind: 'limit-exceeded',
      message:
        'Reading this file used more memory than the browser gives, and was stopped. Nothing of it was taken in; the rest of your library is untouched. Split it into smaller files and drop those.',
    };
  }
  throw error;
}
