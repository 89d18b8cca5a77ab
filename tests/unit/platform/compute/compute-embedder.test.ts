import { expose } from 'comlink';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ModelUnavailableError } from '../../../../src/domain/errors.ts';
import { ComputeEmbedder } from '../../../../src/platform/compute/compute-embedder.ts';
import { oneRowEach, type PassageVectors } from '../../../../src/domain/passage-vectors.ts';
import { EMBEDDING_MODELS } from '../../../../src/platform/compute/models.ts';
import type { EmbedLoadRequest, EmbedStatus } from '../../../../workers/embed/api.ts';

const [MODEL] = EMBEDDING_MODELS;
if (MODEL === undefined) throw new Error('There are no models.');
const { modelId } = MODEL;

/** What the worker was asked to load on, load by load, and in which worker. */
let loads: { readonly device: EmbedLoadRequest['device']; readonly worker: number; readonly hubUrl: string }[];
/** What the worker was asked to do, in order. */
let calls: string[];
/** Lets the batch under way go on; the worker waits for it. */
let finishBatch: () => void;
let workerCount: number;
let hasGpu: boolean;

/** Stands in for the browser's worker and graphics processor, which Node lacks: it answers as the embed worker does. */
class EmbedWorkerInNode {
  readonly #port: MessagePort;

  constructor() {
    const worker = ++workerCount;
    const { port1, port2 } = new MessageChannel();
    const load = ({ device, hubUrl, model }: EmbedLoadRequest): EmbedStatus => {
      loads.push({ device, worker, hubUrl });
      if (device === 'webgpu' && !hasGpu) throw new ModelUnavailableError('No graphics processor.');
      const isMeasured = device === 'auto' && hasGpu;
      const found = device === 'auto' ? (hasGpu ? 'webgpu' : 'wasm') : device;
      return { modelId: model.modelId, dimensions: 384, threads: 1, device: found, isMeasured, loadMs: 1 };
    };
    const embedPassages = async (texts: readonly string[]): Promise<PassageVectors> => {
      calls.push(texts.join());
      await new Promise<void>((resolve) => (finishBatch = resolve));
      return oneRowEach(new Float32Array(texts.length * 384), 384);
    };
    const embedQuery = (text: string): Float32Array => {
      calls.push(text);
      return new Float32Array(384);
    };
    const planBatches = (texts: readonly string[]): number[][] => [...texts.keys()].map((index) => [index]);
    expose({ load, planBatches, embedPassages, embedQuery }, port1);
    this.#port = port2;
    port2.start();
  }

  addEventListener(type: string, listener: EventListener): void {
    this.#port.addEventListener(type, listener);
  }

  removeEventListener(type: string, listener: EventListener): void {
    this.#port.removeEventListener(type, listener);
  }

  postMessage(message: unknown, transfer: Transferable[] = []): void {
    this.#port.postMessage(message, transfer);
  }

  terminate(): void {
    this.#port.close();
  }
}

beforeEach(() => {
  loads = [];
  calls = [];
  workerCount = 0;
  hasGpu = true;
  vi.stubGlobal('Worker', EmbedWorkerInNode);
  vi.stubGlobal('caches', { open: () => Promise.resolve({ match: () => Promise.resolve(undefined) }) });
});

afterEach(() => {
  vi.unstubAllGlobals();
});

/** An embedder that remembers measurements in `devices`, as the settings do. */
function embedderWith(devices: Map<string, EmbedStatus['device']>): ComputeEmbedder {
  return new ComputeEmbedder('https://site.example/', {
    hubUrl: 'https://models.example/',
    knownDevice: (id) => devices.get(id),
    onMeasured: (id, device) => {
      devices.set(id, device);
      return Promise.resolve();
    },
  });
}

describe('an embedder', () => {
  it('has a model measured once and loads it on the faster device from then on', async () => {
    const devices = new Map<string, EmbedStatus['device']>();
    for (let start = 0; start < 2; start++) {
      const embedder = embedderWith(devices);
      await embedder.load(MODEL);
      embedder.dispose();
    }
    expect(loads.map(({ device }) => device)).toEqual(['auto', 'webgpu']);
    expect(devices).toEqual(new Map([[modelId, 'webgpu']]));
  });

  it('remembers nothing where there was nothing to compare', async () => {
    hasGpu = false;
    const devices = new Map<string, EmbedStatus['device']>();
    const embedder = embedderWith(devices);
    await embedder.load(MODEL);
    embedder.dispose();
    expect(devices.size).toBe(0);
  });

  it('measures anew in another worker when the remembered graphics processor is gone', async () => {
    hasGpu = false;
    const embedder = embedderWith(new Map([[modelId, 'webgpu']]));
    expect((await embedder.load(MODEL)).device).toBe('wasm');
    embedder.dispose();
    const hubUrl = 'https://models.example/';
    expect(loads).toEqual([
      { device: 'webgpu', worker: 1, hubUrl },
      { device: 'auto', worker: 2, hubUrl },
    ]);
  });

  it('lets questions go before the passages of an import, after the batch under way', async () => {
    const embedder = embedderWith(new Map([[modelId, 'wasm']]));
    await embedder.load(MODEL);
    const texts = Array.from({ length: 6 }, (_, i) => `passage ${i}`);
    const batches = await embedder.planBatches(texts, { signal: NEVER });
    // All of the import is handed over before the first batch is done, as fast as it can be.
    const importing = batches.map((batch) =>
      embedder.embedPassages(
        batch.map((index) => texts[index] ?? ''),
        { signal: NEVER },
      ),
    );
    await expect.poll(() => calls).toEqual(['passage 0']);
    const asking = ['question 0', 'question 1'].map((text) => embedder.embedQuery(text, { signal: NEVER }));
    finishBatch();
    await Promise.all(asking);
    expect(calls.slice(0, 3)).toEqual(['passage 0', 'question 0', 'question 1']);
    for (let done = 1; done < texts.length; done++) {
      await expect.poll(() => calls).toHaveLength(3 + done);
      finishBatch();
    }
    await Promise.all(importing);
    expect(calls.slice(3)).toEqual(texts.slice(1));
    embedder.dispose();
  });

  it('does not begin a batch that was called off while it waited', async () => {
    const embedder = embedderWith(new Map([[modelId, 'wasm']]));
    await embedder.load(MODEL);
    const stop = new AbortController();
    const first = embedder.embedPassages(['first'], { signal: stop.signal });
    const second = embedder.embedPassages(['second'], { signal: stop.signal });
    await expect.poll(() => calls).toEqual(['first']);
    stop.abort();
    finishBatch();
    await first;
    await expect(second).rejects.toThrow(/abort/i);
    expect(calls).toEqual(['first']);
    embedder.dispose();
  });
});

const NEVER = new AbortController().signal;
