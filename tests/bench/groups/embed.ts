import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EmbeddingModel } from '../../../src/domain/embedding-model.ts';
import { DEFAULT_SETTINGS } from '../../../src/domain/settings.ts';
import { embeddingText } from '../../../src/features/knowledge/segment-writer.ts';
import { BUILT_IN_MODEL_ID, findModel } from '../../../src/platform/compute/models.ts';
import { writeRandomBert } from '../../../scripts/make-tiny-model.ts';
import { createExtractor } from '../../../workers/extract/extractor.ts';
import { DESKTOP_LIMITS } from '../../../workers/extract/limits.ts';
import { findMaterial, listFiles } from '../../fixtures/material.ts';
import { CONTEST, percentile, type Figure } from '../figure.ts';
import { MadeText } from '../made-text.ts';
import { NativeEmbedding } from '../native-embedding.ts';
import type { BenchRun } from './bench-run.ts';
import { medquadPassages } from './real-passages.ts';

interface Chunks {
  readonly texts: readonly string[];
  /** Where their lengths are from. */
  readonly source: string;
}

const PLAIN_BATCH = 8;
/** Left free by the app in a model's window for the headings that go before a chunk. */
const TOKENS_FOR_HEADINGS = 40;
const STATIC_TOKENS = 200;
/** Of some ninety tokens each. */
const PASSAGES_FOR_A_CHUNK = 3;

/**
 * Embedding the chunks of a real vault in their real mix of lengths: the app's worker against transformers.js used
 * plainly, and beside them onnxruntime-node where rivals are wanted; then the built-in model on chunks of 200 tokens.
 */
export async function benchEmbed(run: BenchRun): Promise<void> {
  const chunks = await vaultChunks(run.isQuick ? 16 : 128);
  const folder = join(run.workDir, 'models');
  const model = writeRandomBert(folder, {
    modelId: 'bench/minilm-words',
    seed: 3,
    dtype: 'q8',
    vocabularyText: chunks.texts.join('\n'),
  });
  for (const threads of [1, 2]) {
    await run.add(`embedding ${chunks.source}, ${threads} threads`, () =>
      measureTransformer(run, model, join(folder, model.modelId), chunks, threads),
    );
  }
  await run.add('embedding with the built-in model', () => measureStatic(run));
}

async function measureTransformer(
  run: BenchRun,
  model: EmbeddingModel,
  folder: string,
  { texts, source }: Chunks,
  maxThreads: number,
): Promise<Figure[]> {
  const page = await run.freshPage();
  const textsUrl = writeTexts(run, 'chunks.json', texts);
  const contest = { model, siteUrl: run.siteUrl, threads: maxThreads, textsUrl };
  const status = await page.evaluate((request) => bench.openEmbeddingContest(request), contest);
  const native =
    run.rivals === 'none' ? undefined : await NativeEmbedding.open(folder, model.dimensions, status.threads);
  const batches = status.batches.map((batch) => batch.map((index) => texts[index]!));
  const ways = new Map<string, () => Promise<number>>([
    ['Commonplace', () => page.evaluate(() => bench.embedAll('product'))],
    [`transformers.js, ${PLAIN_BATCH} at a time`, () => page.evaluate((size) => bench.embedAll(size), PLAIN_BATCH)],
    ['transformers.js, one at a time', () => page.evaluate(() => bench.embedAll(1))],
  ]);
  if (native !== undefined) {
    ways.set('onnxruntime-node, our batches', () => native.embedAll(batches, model.maxTokens));
    await native.embedAll(batches.slice(0, 1), model.maxTokens);
  }
  const samples = new Map([...ways.keys()].map((name): [string, number[]] => [name, []]));
  for (let round = 0; round < (run.isQuick ? 1 : 3); round++) {
    for (const [name, embed] of ways) samples.get(name)!.push(await embed());
  }
  await native?.close();
  const tokens = status.tokenCounts;
  const note = `${source}; ${percentile(tokens, 0.1)} to ${percentile(tokens, 0.9)} tokens (10th to 90th percentile)`;
  return [...samples].map(([name, ms]) => ({
    bench: 'embed',
    name: `MiniLM shape, q8: ${name}`,
    n: texts.length,
    dims: model.dimensions,
    threads: status.threads,
    distribution: CONTEST,
    chunksPerSecond: (texts.length * 1000) / percentile(ms, 0.5),
    ...(name === 'Commonplace' ? { note } : { rival: name }),
  }));
}

/** Through the app's own engine, windows included, and through the same files in transformers.js. */
async function measureStatic(run: BenchRun): Promise<Figure[]> {
  const model = findModel(BUILT_IN_MODEL_ID);
  const page = await run.freshPage();
  const count = run.isQuick ? 200 : 2000;
  // No text comes twice, for a model may remember words.
  const passageCount = count * PASSAGES_FOR_A_CHUNK;
  const made = new MadeText(13);
  const texts = medquadPassages(passageCount)?.passages ?? Array.from({ length: passageCount }, () => made.paragraph());
  const textsUrl = writeTexts(run, 'static.json', texts);
  const contest = { model, siteUrl: run.siteUrl, threads: 1, textsUrl, cut: { tokens: STATIC_TOKENS, count } };
  const { textCount, tokenCounts } = await page.evaluate((request) => bench.openEmbeddingContest(request), contest);
  const ways = {
    Commonplace: 'product',
    [`transformers.js, ${PLAIN_BATCH} at a time`]: PLAIN_BATCH,
  } as const;
  const samples = Object.keys(ways).map((): number[] => []);
  for (let round = 0; round < (run.isQuick ? 1 : 5); round++) {
    for (const [at, way] of Object.values(ways).entries()) {
      samples[at]!.push(await page.evaluate((chosen) => bench.embedAll(chosen), way));
    }
  }
  return Object.keys(ways).map((name, at) => ({
    bench: 'embed',
    name: `built-in model: ${name}`,
    n: textCount,
    dims: model.dimensions,
    threads: 1,
    distribution: CONTEST,
    chunksPerSecond: (textCount * 1000) / percentile(samples[at]!, 0.5),
    ...(name === 'Commonplace'
      ? { note: `${percentile(tokenCounts, 0.5)} tokens each, with their windows` }
      : { rival: name, note: 'whole texts only' }),
  }));
}

function writeTexts(run: BenchRun, name: string, texts: readonly string[]): string {
  mkdirSync(join(run.workDir, 'made'), { recursive: true });
  writeFileSync(join(run.workDir, 'made', name), JSON.stringify(texts));
  return new URL(`made/${name}`, run.siteUrl).href;
}

/** Chunks as the app embeds them, evenly taken from all of a vault's and left in the order of reading. */
async function vaultChunks(count: number): Promise<Chunks> {
  const vault = findMaterial('docs', 'vault/obsidian-help-en');
  if (vault === undefined) {
    const made = new MadeText(11);
    const texts = Array.from({ length: count }, () => made.words(made.between(10, 190)));
    return { texts, source: 'made chunks of 10 to 190 words' };
  }
  const model = findModel('Xenova/all-MiniLM-L6-v2');
  const maxTokens = Math.min(DEFAULT_SETTINGS.chunking.maxTokens, model.maxTokens - TOKENS_FOR_HEADINGS);
  const texts: string[] = [];
  for (const path of listFiles(vault, '.md')) {
    const extractor = createExtractor({ limits: DESKTOP_LIMITS, loadCMap: () => Promise.reject(new Error(path)) });
    const bytes = new Uint8Array(readFileSync(join(vault, path))).buffer;
    const opening = await extractor.open({ bytes, path, mediaType: '' });
    if (opening.kind === 'problem') continue;
    for (let unit = 0; unit < opening.unitCount; unit++) await extractor.readUnit(unit);
    const { outcome, chunks } = await extractor.finish({ ...DEFAULT_SETTINGS.chunking, maxTokens });
    if (outcome.kind !== 'problem') texts.push(...chunks.map((chunk) => embeddingText(chunk)));
  }
  const step = Math.max(1, texts.length / count);
  const taken = Array.from({ length: Math.min(count, texts.length) }, (_, at) => texts[Math.floor(at * step)]!);
  return { texts: taken, source: `chunks of a help vault, ${taken.length} of ${texts.length}` };
}
