import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { startStaticServer } from '../../scripts/static-server.mjs';
import { BUILD_DIR, expect, openApp, test } from './fixtures/app.ts';

const CORE_WORKER = readdirSync(join(BUILD_DIR, 'assets')).find((name) => /^core\.worker-.*\.js$/.test(name)) ?? '';

/** Starts the built core worker from the page and calls it as Comlink does; the name of the error, or `done`. */
function callCore(page: Page, workerUrl: string, methods: readonly string[]): Promise<readonly string[]> {
  return page.evaluate(
    async ({ url, names }) => {
      const worker = new Worker(url, { type: 'module' });
      const calls = names.map((name) => {
        const id = crypto.randomUUID();
        const answered = new Promise<string>((resolve, reject) => {
          worker.addEventListener('error', () => reject(new Error('The worker did not start.')));
          worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => {
            if (data.id !== id) return;
            resolve(data.name === 'throw' ? (data.value.value?.name ?? 'unknown') : 'done');
          });
        });
        const argumentList = name === 'createVault' ? [{ type: 'RAW', value: new Uint8Array(20) }] : [];
        worker.postMessage({ id, type: 'APPLY', path: [name], argumentList });
        return answered;
      });
      const outcomes = await Promise.all(calls);
      worker.terminate();
      return outcomes;

      interface Reply {
        readonly id: string;
        readonly name?: string;
        readonly value: { readonly value?: { readonly name: string } };
      }
    },
    { url: workerUrl, names: methods },
  );
}

test('a core worker whose script came without the policy opens nothing', async ({ browserApp: { page } }) => {
  // A page of the same site that never asks for the service worker: what it starts comes straight from the host.
  const bare = mkdtempSync(join(tmpdir(), 'commonplace-bare-'));
  writeFileSync(join(bare, 'index.html'), '<!doctype html><title>Bare</title>');
  const site = await startStaticServer({ root: BUILD_DIR, base: '/library/', overlays: { 'bare/': bare } });
  await page.goto(`${site.url}bare/`);
  expect(await page.evaluate(() => navigator.serviceWorker.controller)).toBeNull();
  const methods = ['vaultStatus', 'createVault', 'openSample'];
  const outcomes = await callCore(page, `${site.url}assets/${CORE_WORKER}`, methods);
  expect(outcomes).toEqual(methods.map(() => 'PolicyNotEnforcedError'));

  await openApp(page, site.url);
  expect(await callCore(page, `${site.url}assets/${CORE_WORKER}`, ['vaultStatus', 'openSample'])).toEqual([
    'done',
    'done',
  ]);
  await site.close();
  rmSync(bare, { recursive: true });
});
