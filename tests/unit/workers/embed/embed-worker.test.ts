import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from '@playwright/test';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser } from '../../../../scripts/find-browser.mjs';
import { writeTinyModel } from '../../../../scripts/make-tiny-model.ts';
import { createNodeEmbedder } from '../../../../scripts/node-embedder.ts';
import { startStaticServer, type StaticServer } from '../../../../scripts/static-server.mjs';
import { ortFiles, ortResolve } from '../../../../scripts/vite-ort-files.ts';
import type { EmbeddingModel } from '../../../../src/domain/embedding-model.ts';
import { BUILT_IN_MODEL_ID, findModel } from '../../../../src/platform/compute/models.ts';
import type { EmbedLoadRequest } from '../../../../workers/embed/api.ts';
import { isolationHeaders } from '../../../../workers/service-worker/security-policy.ts';

const BROWSER = findBrowser();
const MATERIAL = process.env['COMMONPLACE_MATERIAL'] ?? join(import.meta.dirname, '../../../../../shared');
const POTION = findModel('minishlab/potion-base-2M');
const GLOVE = findModel('stanfordnlp/glove-6B-50d-20k');
const BUILT_IN = findModel(BUILT_IN_MODEL_ID);
const PUBLIC_MODELS = join(import.meta.dirname, '../../../../public/models');
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const TEXTS = ['a cat sat on the mat', 'the kitten was sitting on a rug', 'shares fell as the bank raised rates'];

const folder = mkdtempSync(join(tmpdir(), 'embed-page-'));
const tiny = writeTinyModel(join(folder, 'models'), { modelId: 'test/tiny', dimensions: 32, seed: 7 });
const hubTiny: EmbeddingModel = { ...tiny, modelId: 'test/on-hub' };
let browser: Browser;
let hub: StaticServer;

/** The page on a server of its own, in a browser profile of its own. */
async function openPage(
  headers: Readonly<Record<string, string>>,
  overlays: Readonly<Record<string, string>> = { 'models/': join(folder, 'models') },
): Promise<{ page: Page; siteUrl: string; server: StaticServer; close: () => Promise<void> }> {
  const server = await startStaticServer({ root: join(folder, 'site'), base: '/app/', headers, overlays });
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(server.url);
  const siteUrl = new URL('./', page.url()).href;
  const close = async (): Promise<void> => {
    await context.close();
    await server.close();
  };
  return { page, siteUrl, server, close };
}

function requestFor(model: EmbeddingModel, siteUrl: string, change: Partial<EmbedLoadRequest> = {}): EmbedLoadRequest {
  return { model, siteUrl, isHubAllowed: false, hubUrl: hub.url, maxThreads: 2, device: 'wasm', ...change };
}

/** What the load answers, or the error as the outer worker got it. */
async function load(page: Page, request: EmbedLoadRequest): ReturnType<typeof globalThis.outer.load> {
  return page.evaluate((each) => globalThis.outer.load(each), request);
}

async function embed(page: Page, texts: string[], kind: 'query' | 'passage' = 'passage'): Promise<Float32Array> {
  return Float32Array.from(await page.evaluate(([all, as]) => globalThis.outer.embed(all, as), [texts, kind] as const));
}

function cosine(vectors: Float32Array, i: number, j: number): number {
  const dimensions = vectors.length / TEXTS.length;
  let sum = 0;
  for (let d = 0; d < dimensions; d++) sum += (vectors[i * dimensions + d] ?? 0) * (vectors[j * dimensions + d] ?? 0);
  return sum;
}

describe.skipIf(BROWSER === undefined)('the embed worker in Chromium, nested in another worker', () => {
  beforeAll(async () => {
    await build({
      configFile: false,
      logLevel: 'error',
      root: join(import.meta.dirname, '../../../fixtures/embed-page'),
      base: './',
      plugins: [ortFiles()],
      resolve: ortResolve,
      worker: { format: 'es' },
      build: { outDir: join(folder, 'site'), target: 'es2023', assetsInlineLimit: 0, minify: false },
    });
    writeTinyModel(join(folder, 'hub'), { modelId: 'test/on-hub/resolve/main', dimensions: 32, seed: 7 });
    hub = await startStaticServer({ root: join(folder, 'hub'), headers: { 'Access-Control-Allow-Origin': '*' } });
    browser = await chromium.launch({ ...(BROWSER === undefined ? {} : { executablePath: BROWSER }), args: ARGUMENTS });
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    await hub.close();
    rmSync(folder, { recursive: true });
  });

  it('runs on two threads where the page is cross-origin isolated, with the vectors of Node', async () => {
    const { page, siteUrl, close } = await openPage(isolationHeaders());
    expect(await load(page, requestFor(tiny, siteUrl))).toMatchObject({
      modelId: 'test/tiny',
      dimensions: 32,
      threads: 2,
      device: 'wasm',
    });
    const vectors = await embed(page, TEXTS);
    expect(await page.evaluate(() => globalThis.outer.threadsStarted())).toBe(1);
    const inNode = await createNodeEmbedder(join(folder, 'models/test/tiny'), tiny);
    const expected = await inNode.embed(TEXTS);
    vectors.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i] ?? NaN, 5);
    });
    await inNode.dispose();
    await close();
  });

  it('runs the built-in model without the ONNX runtime or transformers.js, with the vectors of Node', async () => {
    const { page, siteUrl, close } = await openPage(isolationHeaders(), { 'models/': PUBLIC_MODELS });
    const requested: string[] = [];
    page.context().on('request', (request) => requested.push(request.url().slice(siteUrl.length)));
    expect(await load(page, requestFor(BUILT_IN, siteUrl, { device: 'auto' }))).toMatchObject({
      modelId: BUILT_IN.modelId,
      dimensions: BUILT_IN.dimensions,
      threads: 1,
      device: 'wasm',
      isMeasured: false,
    });
    const inNode = await createNodeEmbedder(join(PUBLIC_MODELS, BUILT_IN.modelId), BUILT_IN);
    expect(await embed(page, TEXTS)).toEqual(await inNode.embed(TEXTS));
    const weights = { cat: 5, rug: 1 };
    const query = await page.evaluate(([text, words]) => globalThis.outer.embedQuery(text, words), [
      'a cat on the rug',
      weights,
    ] as const);
    expect(Float32Array.from(query)).toEqual(await inNode.embedQuery('a cat on the rug', weights));
    expect(requested.filter((path) => path.startsWith('ort/') || path.includes('transformer'))).toEqual([]);
    expect(requested.filter((path) => path.startsWith('models/')).length).toBeGreaterThanOrEqual(3);
    await close();
  });

  it('says what is wrong with the built-in model, and loads it once it is right', async () => {
    const { page, siteUrl, close } = await openPage(isolationHeaders());
    const target = join(folder, 'models', BUILT_IN.modelId);
    cpSync(join(PUBLIC_MODELS, BUILT_IN.modelId), target, { recursive: true });
    const weights = join(target, 'onnx/model_q4.onnx');
    const whole = readFileSync(weights);
    writeFileSync(weights, whole.subarray(0, 5000));
    await expect(load(page, requestFor(BUILT_IN, siteUrl))).rejects.toThrow(/damaged/);
    rmSync(weights);
    await expect(load(page, requestFor(BUILT_IN, siteUrl))).rejects.toThrow(/model_q4\.onnx is missing/);
    writeFileSync(weights, whole);
    // The same worker: nothing of a failed attempt is left in it.
    expect(await load(page, requestFor(BUILT_IN, siteUrl))).toMatchObject({ modelId: BUILT_IN.modelId });
    await close();
  });

  it('streams events to the window until it breaks off, and tells it when the worker is gone', async () => {
    const { page, close } = await openPage({});
    const seen = await page.evaluate(async () => {
      const numbers: number[] = [];
      for await (const number of globalThis.countEvents()) {
        numbers.push(number);
        if (numbers.length === 1000) break;
      }
      while ((await globalThis.outer.streamsStopped()) === 0) await Promise.resolve();
      return numbers;
    });
    expect(seen).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    const error = await page.evaluate(async () => {
      try {
        for await (const number of globalThis.countEvents()) if (number === 500) globalThis.terminateOuter();
      } catch (thrown) {
        return thrown instanceof Error ? thrown.name : String(thrown);
      }
      return 'ended';
    });
    expect(error).toBe('WorkerCrashedError');
    await close();
  });

  it('runs on one thread where the page is not isolated', async () => {
    const { page, siteUrl, close } = await openPage({});
    expect(await load(page, requestFor(tiny, siteUrl))).toMatchObject({ threads: 1, device: 'wasm' });
    expect(await embed(page, TEXTS)).toHaveLength(3 * 32);
    expect(await page.evaluate(() => globalThis.outer.threadsStarted())).toBe(0);
    await close();
  });

  it('takes a model from the hub only when that is allowed', async () => {
    const { page, siteUrl, close } = await openPage(isolationHeaders());
    await expect(load(page, requestFor(hubTiny, siteUrl))).rejects.toThrow(/site does not carry it.*not allowed/);
    expect(await load(page, requestFor(hubTiny, siteUrl, { isHubAllowed: true }))).toMatchObject({
      modelId: 'test/on-hub',
    });
    expect(await embed(page, TEXTS)).toHaveLength(3 * 32);
    await close();
  });

  it('says that the hub cannot be reached', async () => {
    const { page, siteUrl, close } = await openPage(isolationHeaders());
    const gone = await startStaticServer({ root: folder });
    await gone.close();
    const request = requestFor({ ...tiny, modelId: 'test/nowhere' }, siteUrl, { isHubAllowed: true, hubUrl: gone.url });
    await expect(load(page, request)).rejects.toThrow(/hub could not be reached/);
    await close();
  });

  it('says which files are damaged or missing, and a new worker loads a good model afterwards', async () => {
    const { page, siteUrl, close } = await openPage(isolationHeaders());
    const models = join(folder, 'models');
    cpSync(join(models, 'test/tiny'), join(models, 'test/torn'), { recursive: true });
    writeFileSync(join(models, 'test/torn/onnx/model_quantized.onnx'), new Uint8Array([8, 8, 1, 2, 3]));
    await expect(load(page, requestFor({ ...tiny, modelId: 'test/torn' }, siteUrl))).rejects.toThrow(/damaged/);
    await page.evaluate(() => globalThis.outer.restart());
    cpSync(join(models, 'test/tiny'), join(models, 'test/partial'), { recursive: true });
    rmSync(join(models, 'test/partial/onnx'), { recursive: true });
    await expect(load(page, requestFor({ ...tiny, modelId: 'test/partial' }, siteUrl))).rejects.toThrow(/missing/);
    await page.evaluate(() => globalThis.outer.restart());
    expect(await load(page, requestFor(tiny, siteUrl))).toMatchObject({ modelId: 'test/tiny' });
    await close();
  });

  it('uses a picked model with neither site nor hub, and refuses a folder that lacks files', async () => {
    const { page, siteUrl, close } = await openPage(isolationHeaders(), {});
    const source = await startStaticServer({
      root: join(folder, 'models/test/tiny'),
      headers: { 'Access-Control-Allow-Origin': '*' },
    });
    const paths = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'onnx/model_quantized.onnx'];
    const pick = (chosen: string[]): Promise<void> =>
      page.evaluate(
        async ([model, all, from, site]) => {
          const files = await Promise.all(
            all.map(async (path) => ({ path: `picked/${path}`, file: await (await fetch(from + path)).blob() })),
          );
          await globalThis.outer.pick(model, files, site);
        },
        [tiny, chosen, source.url, siteUrl] as const,
      );
    const find = (): Promise<unknown> =>
      page.evaluate(([model, site]) => globalThis.outer.findSource(model, site, false, 'http://127.0.0.1:1/'), [
        tiny,
        siteUrl,
      ] as const);
    await expect(pick(['config.json', 'tokenizer.json'])).rejects.toThrow(/model_quantized\.onnx is missing/);
    expect(await find()).toMatchObject({ kind: 'none' });
    await pick(paths);
    expect(await find()).toEqual({ kind: 'picked' });
    expect(await load(page, requestFor(tiny, siteUrl))).toMatchObject({ modelId: 'test/tiny' });
    expect(await embed(page, TEXTS)).toHaveLength(3 * 32);
    await source.close();
    await close();
  });

  it(
    'gives real models the closeness their cards promise',
    { skip: !existsSync(join(MATERIAL, 'models')) },
    async () => {
      const { page, siteUrl, close } = await openPage(isolationHeaders(), { 'models/': join(MATERIAL, 'models') });
      for (const model of [POTION, GLOVE]) {
        await load(page, requestFor(model, siteUrl));
        const vectors = await embed(page, TEXTS);
        expect(vectors).toHaveLength(3 * model.dimensions);
        expect(cosine(vectors, 0, 1)).toBeGreaterThan(cosine(vectors, 0, 2) + 0.1);
        if (model === POTION) {
          expect(cosine(vectors, 0, 1)).toBeGreaterThan(0.5);
          expect(cosine(vectors, 0, 2)).toBeLessThan(0.25);
        }
      }
      await close();
    },
  );

  it('runs on a graphics adapter when told to, prefers the processor to a software one, and measures otherwise', async ({
    skip,
  }) => {
    const gpuBrowser = await chromium.launch({
      ...(BROWSER === undefined ? {} : { executablePath: BROWSER }),
      args: [...ARGUMENTS, '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
    });
    const server = await startStaticServer({
      root: join(folder, 'site'),
      headers: isolationHeaders(),
      overlays: { 'models/': join(folder, 'models') },
    });
    const page = await gpuBrowser.newPage();
    await page.goto(server.url);
    if (!(await page.evaluate(async () => 'gpu' in navigator && (await navigator.gpu.requestAdapter()) !== null))) {
      await gpuBrowser.close();
      await server.close();
      skip('this Chromium has no software graphics adapter');
    }
    const big = { ...tiny, sizeBytes: 50_000_000 };
    expect(await load(page, requestFor(big, server.url, { device: 'auto' }))).toMatchObject({ device: 'wasm' });
    const onProcessor = await embed(page, TEXTS);
    await page.evaluate(() => globalThis.outer.restart());
    expect(await load(page, requestFor(big, server.url, { device: 'webgpu' }))).toMatchObject({ device: 'webgpu' });
    const onAdapter = await embed(page, TEXTS);
    onAdapter.forEach((value, i) => {
      expect(value).toBeCloseTo(onProcessor[i] ?? NaN, 4);
    });
    await page.evaluate(() => globalThis.outer.restart());
    await page.evaluate(() => globalThis.outer.hideFallback());
    const measured = await load(page, requestFor(big, server.url, { device: 'auto' }));
    expect(['wasm', 'webgpu']).toContain(measured.device);
    const kept = await embed(page, TEXTS);
    kept.forEach((value, i) => {
      expect(value).toBeCloseTo(onProcessor[i] ?? NaN, 4);
    });
    await gpuBrowser.close();
    await server.close();
  }, 120_000);
});
