import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page, Worker } from '@playwright/test';
import { startStaticServer } from '../../scripts/static-server.mjs';
import { expect, openApp, serveApp, test } from './fixtures/app.ts';
import { untilComplete } from './fixtures/shell-cache.ts';

const MODEL_BYTES = 300_000;

/** A folder as a model hub serves it, with one file of `MODEL_BYTES` bytes. */
function makeModelFolder(...below: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'commonplace-models-'));
  const path = join(folder, ...below, 'onnx');
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'model.onnx'), new Uint8Array(MODEL_BYTES).fill(7));
  return folder;
}

/** Status and length of what `thread` gets from `url`; `refused` when the request is not let out. */
function fetched(thread: Page | Worker, url: string, range?: string): Promise<string> {
  const read = async ([address, bytes]: [string, string | undefined]): Promise<string> => {
    try {
      const response = await fetch(address, bytes === undefined ? {} : { headers: { Range: bytes } });
      const contentRange = response.headers.get('Content-Range');
      return `${response.status} ${(await response.arrayBuffer()).byteLength}${contentRange ? ` of ${contentRange}` : ''}`;
    } catch {
      return 'refused';
    }
  };
  const input: [string, string | undefined] = [url, range];
  return 'workers' in thread ? thread.evaluate(read, input) : thread.evaluate(read, input);
}

test('a model of the site and the ONNX runtime work offline after their first use', async ({
  browserApp: { page },
}) => {
  const modelsFolder = makeModelFolder('owner', 'model');
  const site = await serveApp({ modelsFolder });
  await openApp(page, site.url);
  const model = `${site.url}models/owner/model/onnx/model.onnx`;
  const runtime = `${site.url}ort/ort-wasm-simd-threaded.wasm`;
  expect(await fetched(page, model)).toBe(`200 ${MODEL_BYTES}`);
  const runtimeOnline = await fetched(page, runtime);
  await expect
    .poll(() => page.evaluate(async () => (await (await caches.open('commonplace-ort')).keys()).length))
    .toBe(1);
  await expect
    .poll(() => page.evaluate(async () => (await (await caches.open('commonplace-models')).keys()).length))
    .toBe(1);
  await site.close();

  expect(await fetched(page, model)).toBe(`200 ${MODEL_BYTES}`);
  expect(await fetched(page, model, 'bytes=0-0')).toBe(`206 1 of bytes 0-0/${MODEL_BYTES}`);
  expect(await fetched(page, runtime)).toBe(runtimeOnline);
  expect(await fetched(page, `${site.url}models/owner/model/never-used.json`)).toBe('refused');
  rmSync(modelsFolder, { recursive: true });
});

test('hub files reach the embed worker alone, only when allowed, and are kept', async ({
  site,
  browserApp: { page },
}) => {
  const hubFolder = makeModelFolder('owner', 'model', 'resolve', 'main');
  const hub = await startStaticServer({ root: hubFolder, headers: { 'Access-Control-Allow-Origin': '*' } });
  const file = `${hub.url}owner/model/resolve/main/onnx/model.onnx`;
  await openApp(page, site.url);
  await untilComplete(page, site.url);

  const closed = await startEmbedWorker(page);
  expect(await fetched(closed, file)).toBe('refused');

  await page.evaluate(async (hubOrigin) => {
    const cache = await caches.open('commonplace-network-policy');
    const record = { providerOrigins: [], isHubAllowed: true, hubOrigins: [hubOrigin] };
    await cache.put(new URL('network-policy.json', document.baseURI), new Response(JSON.stringify(record)));
  }, new URL(hub.url).origin);
  const open = await startEmbedWorker(page);
  expect(await fetched(open, file)).toBe(`200 ${MODEL_BYTES}`);
  expect(await fetched(page, file)).toBe('refused');
  await expect
    .poll(() => page.evaluate(async () => (await (await caches.open('commonplace-models')).keys()).length))
    .toBe(1);
  await hub.close();
  expect(await fetched(open, file)).toBe(`200 ${MODEL_BYTES}`);
  rmSync(hubFolder, { recursive: true });
});

/** Starts the built embed worker from the page, under the policy that its script is served with now. */
async function startEmbedWorker(page: Page): Promise<Worker> {
  const started = page.waitForEvent('worker');
  await page.evaluate(async () => {
    const names = await caches.keys();
    const shell = await caches.open(names.find((name) => name.startsWith('commonplace-shell')) ?? '');
    const script = (await shell.keys()).find(({ url }) => url.includes('/assets/embed.worker-'));
    if (script === undefined) throw new Error('The build has no embed worker.');
    (globalThis as { embedWorker?: globalThis.Worker }).embedWorker = new Worker(script.url, { type: 'module' });
  });
  return started;
}
