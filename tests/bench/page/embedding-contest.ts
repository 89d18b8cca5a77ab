import type { EmbeddingModel } from '../../../src/domain/embedding-model.ts';
import { DEFAULT_HUB_URL } from '../../../src/platform/compute/hub.ts';
import { spawnEmbed } from '../../../src/platform/compute/spawn.ts';
import { WorkerHandle } from '../../../src/platform/compute/worker-handle.ts';
import type { EmbedApi } from '../../../workers/embed/api.ts';
import { ContestantWorker } from '../contest/contestant-worker.ts';
import { timed } from '../figure.ts';
import type { PlainPipelineApi } from './plain-pipeline.worker.ts';

export interface EmbeddingContest {
  readonly model: EmbeddingModel;
  readonly siteUrl: string;
  readonly threads: number;
  /** A JSON array. */
  readonly textsUrl: string;
  /** The texts joined and cut at spaces between words: so many pieces of so many tokens at most. */
  readonly cut?: { readonly tokens: number; readonly count: number };
}

export interface EmbeddingContestStatus {
  readonly textCount: number;
  readonly threads: number;
  /** Tokens of each text, marks not counted. */
  readonly tokenCounts: readonly number[];
  /** How the product groups the texts. */
  readonly batches: readonly (readonly number[])[];
}

/** As many texts as the app looks ahead over. */
const LOOK_AHEAD = 512;
const WARM_UP_TEXTS = 4;

let product: WorkerHandle<EmbedApi> | undefined;
let plain: ContestantWorker<PlainPipelineApi> | undefined;
let texts: readonly string[] = [];

/** Loads one model twice: in the app's worker, and in a worker that uses transformers.js plainly. */
export async function openEmbeddingContest(contest: EmbeddingContest): Promise<EmbeddingContestStatus> {
  closeEmbeddingContest();
  const { model, siteUrl, threads: maxThreads } = contest;
  const ours = new WorkerHandle<EmbedApi>(spawnEmbed, { task: 'embedding' });
  product = ours;
  const status = await ours.call((api) =>
    api.load({ model, siteUrl, isHubAllowed: false, hubUrl: DEFAULT_HUB_URL, maxThreads, device: 'wasm' }),
  );
  plain = new ContestantWorker<PlainPipelineApi>(
    new Worker(new URL('./plain-pipeline.worker.ts', import.meta.url), { type: 'module' }),
  );
  const { modelId, dtype } = model;
  if (dtype !== 'q8' && dtype !== 'q4') throw new Error(`No contest for models of ${dtype}.`);
  await plain.call((api) => api.load(modelId, dtype, siteUrl, status.threads));
  const response = await fetch(contest.textsUrl);
  if (!response.ok) throw new Error(`${contest.textsUrl} answered ${response.status}.`);
  texts = (await response.json()) as string[];
  if (contest.cut !== undefined) texts = (await cutTo(contest.cut.tokens, texts, ours)).slice(0, contest.cut.count);
  const tokenCounts = await ours.call((api) => api.countTokens(texts));
  const batches = await ours.call((api) => api.planBatches(texts.slice(0, LOOK_AHEAD)));
  const warmUp = texts.slice(0, WARM_UP_TEXTS);
  await ours.call((api) => api.embedPassages(warmUp));
  await plain.call((api) => api.embed(warmUp, WARM_UP_TEXTS));
  return { textCount: texts.length, threads: status.threads, tokenCounts, batches };
}

/** Milliseconds to embed all texts once: `product`, or plainly so many at a time. Tokenising and transfers included. */
export async function embedAll(way: 'product' | number): Promise<number> {
  const [ours, theirs] = [product, plain];
  if (ours === undefined || theirs === undefined) throw new Error('Nothing was opened.');
  if (way !== 'product') return timed(() => theirs.call((api) => api.embed(texts, way)));
  return timed(async () => {
    for (let first = 0; first < texts.length; first += LOOK_AHEAD) {
      const ahead = texts.slice(first, first + LOOK_AHEAD);
      for (const batch of await ours.call((api) => api.planBatches(ahead))) {
        await ours.call((api) => api.embedPassages(batch.map((index) => ahead[index]!)));
      }
    }
  });
}

export function closeEmbeddingContest(): void {
  product?.dispose();
  plain?.dispose();
  product = undefined;
  plain = undefined;
}

async function cutTo(tokens: number, given: readonly string[], worker: WorkerHandle<EmbedApi>): Promise<string[]> {
  const words = given.flatMap((text) => text.split(/\s+/).filter((word) => word !== ''));
  const perWord = await worker.call((api) => api.countTokens(words));
  const cut: string[] = [];
  let first = 0;
  let count = 0;
  for (const [at, wordTokens] of perWord.entries()) {
    if (count + wordTokens > tokens && count > 0) {
      cut.push(words.slice(first, at).join(' '));
      first = at;
      count = 0;
    }
    count += wordTokens;
  }
  return cut;
}
