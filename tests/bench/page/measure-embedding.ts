import type { EmbeddingModel } from '../../../src/domain/embedding-model.ts';
import { DEFAULT_HUB_URL } from '../../../src/platform/compute/hub.ts';
import { spawnEmbed } from '../../../src/platform/compute/spawn.ts';
import { WorkerHandle } from '../../../src/platform/compute/worker-handle.ts';
import type { EmbedApi } from '../../../workers/embed/api.ts';
import { percentile, timed, type Figure } from '../figure.ts';
import { MadeText } from '../made-text.ts';

export interface EmbeddingRequest {
  readonly name: string;
  readonly model: EmbeddingModel;
  readonly siteUrl: string;
  readonly textCount: number;
  readonly runs: number;
}

/** Tokens of each text, the model's own marks not counted. */
const TOKENS = 126;
/** As the app sends them. */
const BATCH_SIZE = 16;

/** Passages of 128 tokens per second with one and with two threads, tokenising and transfer included. */
export async function measureEmbedding(request: EmbeddingRequest): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const maxThreads of [1, 2]) {
    const worker = new WorkerHandle<EmbedApi>(spawnEmbed, { task: 'embedding' });
    try {
      const { model, siteUrl } = request;
      const status = await worker.call((api) =>
        api.load({ model, siteUrl, isHubAllowed: false, hubUrl: DEFAULT_HUB_URL, maxThreads, device: 'wasm' }),
      );
      const texts = await textsOf(request.textCount, worker);
      const embedAll = async (): Promise<void> => {
        for (let first = 0; first < texts.length; first += BATCH_SIZE) {
          await worker.call((api) => api.embed(texts.slice(first, first + BATCH_SIZE), 'passage'));
        }
      };
      await worker.call((api) => api.embed(texts.slice(0, BATCH_SIZE), 'passage'));
      const samples: number[] = [];
      for (let run = 0; run < request.runs; run++) samples.push(await timed(embedAll));
      const chunksPerSecond = (texts.length * 1000) / percentile(samples, 0.5);
      const oneThread = figures[0]?.chunksPerSecond;
      figures.push({
        bench: 'embed',
        name: `${request.name}, ${status.threads === 1 ? '1 thread' : `${status.threads} threads`}`,
        n: texts.length,
        chunksPerSecond,
        ...(oneThread !== undefined && { ratio: chunksPerSecond / oneThread, rival: '1 thread' }),
        note: `${TOKENS + 2} tokens each, ${model.dimensions} dimensions; loaded in ${Math.round(status.loadMs)} ms`,
      });
    } finally {
      worker.dispose();
    }
  }
  return figures;
}

/** Texts cut to the length wanted, as the loaded model counts. */
async function textsOf(count: number, worker: WorkerHandle<EmbedApi>): Promise<string[]> {
  const made = new MadeText(11);
  const long = Array.from({ length: count }, () => made.words(TOKENS * 2).split(' '));
  const perWord = await worker.call((api) => api.countTokens(long.flat()));
  return long.map((words, at) => {
    let tokens = 0;
    let end = 0;
    while (end < words.length && tokens < TOKENS) tokens += perWord[at * TOKENS * 2 + end++] ?? 1;
    return words.slice(0, end).join(' ');
  });
}
