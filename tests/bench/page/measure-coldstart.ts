import type { EmbeddingModel } from '../../../src/domain/embedding-model.ts';
import type { StageTimings } from '../../../src/domain/hit.ts';
import { DEFAULT_SETTINGS } from '../../../src/domain/settings.ts';
import type { TierSettings } from '../../../src/domain/settings.ts';
import { CHUNKER_VERSION } from '../../../src/engine/chunking/chunk-document.ts';
import { AnswerCache } from '../../../src/features/knowledge/answer-cache.ts';
import { Meaning } from '../../../src/features/knowledge/meaning.ts';
import { openLibrary } from '../../../src/features/knowledge/open-library.ts';
import type { Library } from '../../../src/features/knowledge/library.ts';
import { retrieve, type Retrieval, type RetrieveDeps } from '../../../src/features/knowledge/retrieve.ts';
import { PauseGate } from '../../../src/features/knowledge/turnstile.ts';
import { EarlyEngine } from '../../../src/platform/compute/early-engine.ts';
import type { ComputeSearcher } from '../../../src/platform/compute/compute-searcher.ts';
import { modelKey } from '../../../src/platform/compute/models.ts';
import { MadeText, TOPICS } from '../made-text.ts';
import { openColdStore, openColdVault } from './cold-library.ts';

export interface ColdStartRequest {
  readonly model: EmbeddingModel;
  readonly siteUrl: string;
}

export interface ColdStart {
  /** The model and the search worker were there before the key. */
  readonly isMadeReady: boolean;
  /** Milliseconds from the derived key. */
  readonly openMs: number;
  readonly firstWordsMs?: number;
  readonly modelMs: number;
  readonly firstHybridMs?: number;
  readonly wholeMs: number;
  readonly exactMs: number;
  readonly hits: number;
  /** Of the first hybrid result, where it was the first answer. */
  readonly stages?: StageTimings;
}

interface Opened {
  readonly library: Library;
  readonly searcher: ComputeSearcher;
  readonly meaning: Meaning;
  readonly close: () => void;
}

const QUERY_WORDS = 7;
const never = new AbortController().signal;

/** Opens the library on disk as a session does, in this fresh worker, and asks at once. */
export async function measureColdStart(
  request: ColdStartRequest & { readonly isByWords: boolean; readonly isMadeReady: boolean },
): Promise<ColdStart> {
  const raw = await openColdStore();
  const vault = await openColdVault(raw);
  const engine = newEngine(request);
  // As on the screen that asks for the passphrase; without it, as if the key had been there at once.
  if (request.isMadeReady) await engine.hasTokenTable(keyOf(request.model));
  const startedAt = performance.now();
  const since = (): number => performance.now() - startedAt;
  const opened = await openAll(request, engine, raw, vault, () => since());
  const { library, searcher, meaning } = opened;
  // The window asks for the list of documents as soon as it can.
  const listed = library.whenWhole();
  const made = new MadeText(97);
  const settings = DEFAULT_SETTINGS.retrieval;
  const query = made.wordsAbout(made.between(0, TOPICS - 1), QUERY_WORDS);
  // One or the other is the first answer: what goes on in the background begins right after it.
  let firstWordsMs: number | undefined;
  if (request.isByWords) {
    const { hits: found } = await searcher.api.search({
      query,
      k: 8,
      candidateCount: 100,
      diversity: 0,
      mode: 'lexical',
    });
    await library.readChunks(found.map((hit) => hit.chunkId));
    firstWordsMs = since();
  }
  await opened.modelLoading;
  const modelMs = since();
  const deps: RetrieveDeps = { library, searcher: searcher.api, meaning, settings };
  const { hits, timings } = await retrieve(query, deps, { signal: never });
  const firstHybridMs = since();
  await listed;
  const wholeMs = since();
  await library.whenExact();
  const exactMs = since();
  opened.close();
  const first = firstWordsMs === undefined ? { firstHybridMs, stages: timings } : { firstWordsMs };
  const { isMadeReady } = request;
  return { isMadeReady, openMs: opened.openMs, ...first, modelMs, wholeMs, exactMs, hits: hits.length };
}

export interface AskRequest extends ColdStartRequest {
  readonly queryCount: number;
  readonly exactMegabytes: number;
}

export interface AskedTimes {
  readonly coldMs: readonly number[];
  readonly warmMs: readonly number[];
  readonly hotMs: readonly number[];
  readonly coldReadMs: readonly number[];
  /** Of each warm query. */
  readonly stages: readonly StageTimings[];
}

/**
 * The whole read path, query after query: cold with every text still to be read and decrypted, warm with them in memory, hot
 * from the kept answers.
 */
export async function measureAsking(request: AskRequest): Promise<AskedTimes> {
  const raw = await openColdStore();
  const vault = await openColdVault(raw);
  const noTexts: TierSettings = {
    ...DEFAULT_SETTINGS.tiers,
    passageMegabytes: 0,
    exactMegabytes: request.exactMegabytes,
  };
  const times = {
    coldMs: [] as number[],
    warmMs: [] as number[],
    hotMs: [] as number[],
    coldReadMs: [] as number[],
    stages: [] as StageTimings[],
  };
  let tiers = noTexts;
  const opened = await openAll(
    request,
    newEngine(request),
    raw,
    vault,
    () => 0,
    () => tiers,
  );
  const { library, searcher, meaning } = opened;
  await opened.modelLoading;
  await library.whenWhole();
  await library.whenExact();
  const deps: RetrieveDeps = { library, searcher: searcher.api, meaning, settings: DEFAULT_SETTINGS.retrieval };
  const made = new MadeText(97);
  const warmUp = Math.ceil(request.queryCount / 5);
  const queries = Array.from({ length: request.queryCount + warmUp }, () =>
    made.wordsAbout(made.between(0, TOPICS - 1), QUERY_WORDS),
  );
  const pass = async (record: (ms: number, retrieval: Retrieval) => void): Promise<void> => {
    for (const [at, query] of queries.entries()) {
      const startedAt = performance.now();
      const retrieval = await retrieve(query, deps, { signal: never });
      const ms = performance.now() - startedAt;
      if (at >= warmUp) record(ms, retrieval);
    }
  };
  await pass((ms, { timings }) => {
    times.coldMs.push(ms);
    times.coldReadMs.push(timings.readMs ?? 0);
  });
  tiers = { ...noTexts, passageMegabytes: 1024 };
  await pass(() => undefined);
  const answers = new AnswerCache<Retrieval>(library, () => performance.now());
  const kept: Retrieval[] = [];
  await pass((ms, retrieval) => {
    times.warmMs.push(ms);
    times.stages.push(retrieval.timings);
    kept.push(retrieval);
  });
  const asked = queries.slice(warmUp);
  for (const [at, query] of asked.entries()) {
    const retrieval = kept[at];
    if (retrieval) answers.keep(query, deps.settings, retrieval, { quality: 1, isUrgent: false });
  }
  for (const query of asked) {
    const startedAt = performance.now();
    if (!answers.find(query, deps.settings)) continue;
    times.hotMs.push(performance.now() - startedAt);
  }
  opened.close();
  return times;
}

function keyOf(model: EmbeddingModel): string {
  return modelKey(model, CHUNKER_VERSION);
}

function newEngine({ model, siteUrl }: ColdStartRequest): EarlyEngine {
  return new EarlyEngine(siteUrl, keyOf(model));
}

/** As a session does. */
async function openAll(
  { model }: ColdStartRequest,
  engine: EarlyEngine,
  raw: { close(): void },
  vault: Awaited<ReturnType<typeof openColdVault>>,
  clock: () => number,
  tiers: () => TierSettings = () => DEFAULT_SETTINGS.tiers,
): Promise<Opened & { readonly openMs: number; readonly modelLoading: Promise<void> }> {
  const { searcher } = engine;
  const embedder = engine.takeEmbedder();
  if (!embedder) throw new Error('The model has been taken.');
  const { library } = await openLibrary(vault.store, searcher.api, vault.identityOf.bind(vault), {
    modelKey: keyOf(model),
    tiers,
  });
  const openMs = clock();
  const meaning = new Meaning({
    library,
    searcher: searcher.api,
    pause: new PauseGate(),
    createEmbedder: () => embedder,
    modelKeyOf: keyOf,
    hasTokenTable: (key) => engine.hasTokenTable(key),
  });
  const modelLoading = meaning.choose(model);
  const close = (): void => {
    meaning.dispose();
    searcher.dispose();
    raw.close();
  };
  return { library, searcher, meaning, openMs, modelLoading, close };
}
