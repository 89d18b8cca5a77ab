import { rmSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { writeTinyModel } from '../../scripts/make-tiny-model.ts';
import { startStaticServer } from '../../scripts/static-server.mjs';
import { BUILT_IN_MODEL_ID, findModel } from '../../src/platform/compute/models.ts';
import { SEARCH } from '../../src/ui/text/settings.ts';
import { expect, launchBrowser, openApp, serveApp, test } from './fixtures/app.ts';
import { makeHubFolder } from './fixtures/hub-folder.ts';
import { linkBuild } from './fixtures/linked-build.ts';
import { createLibrary, goTo, unlock } from './fixtures/person.ts';
import { untilComplete } from './fixtures/shell-cache.ts';

const MODEL_ID = 'Xenova/all-MiniLM-L6-v2';
const BUILT_IN = findModel(BUILT_IN_MODEL_ID);
const SITE_NAME = 'Harbour Library';

async function expectReady(page: Page): Promise<void> {
  await goTo(page, 'settings/search');
  await expect(page.getByText('MiniLM L6: ready, on 2 processor threads.')).toBeVisible({ timeout: 60_000 });
}

test('a site with a name and a model hub of its own downloads from that hub, once asked and once only', async ({
  profileDir,
}) => {
  const hubFolder = makeHubFolder(MODEL_ID, (folder) => {
    writeTinyModel(folder, { modelId: MODEL_ID, dimensions: 384, seed: 5 });
  });
  const asked: string[] = [];
  const hub = await startStaticServer({
    root: hubFolder,
    headers: { 'Access-Control-Allow-Origin': '*' },
    onServed: (path) => asked.push(path),
  });
  const hubOrigin = new URL(hub.url).origin;
  const config = { name: SITE_NAME, hubUrl: hub.url, modelNote: 'The small one is enough here.', unknown: [1] };
  const root = linkBuild({ files: { 'config.json': JSON.stringify(config) } });
  const site = await serveApp({ root });
  const first = await launchBrowser({ profileDir });
  const { page } = first;

  await openApp(page, site.url);
  await expect(page).toHaveTitle(new RegExp(SITE_NAME));
  await expect(page.getByText(SITE_NAME, { exact: true })).toBeVisible();
  await createLibrary(page);
  await goTo(page, 'settings/search');
  await expect(page.getByText('The small one is enough here.')).toBeVisible();
  await expect(page.getByText(`Downloads from ${new URL(hub.url).host}`).first()).toBeVisible();

  const consent = page.getByRole('dialog', { name: 'Download this model?' });
  const choice = page.getByRole('radio', { name: /^MiniLM L6/ });
  await choice.check();
  await expect(consent).toContainText(new URL(hub.url).host);
  await expect(consent).toContainText(/24 MB/);
  await consent.getByRole('button', { name: 'Cancel' }).click();
  await expect(consent).toHaveCount(0);
  await expect(page.getByRole('radio', { name: BUILT_IN.label })).toBeChecked();
  expect(asked).toEqual([]);

  await choice.check();
  await consent.getByRole('button', { name: 'Download' }).click();
  await expectReady(page);
  const path = (name: string): string => `/${MODEL_ID}/resolve/main/${name}`.slice(1);
  expect(asked).toEqual(
    expect.arrayContaining(['config.json', 'tokenizer.json', 'onnx/model_quantized.onnx'].map(path)),
  );
  await untilComplete(page, site.url);
  await expect
    .poll(() =>
      page.evaluate(
        async (address) => (await (await caches.open('commonplace-models')).match(address)) !== undefined,
        hub.url + path('onnx/model_quantized.onnx'),
      ),
    )
    .toBe(true);
  expect(new Set(await first.close())).toEqual(new Set([new URL(site.url).origin, hubOrigin]));
  await hub.close();

  const second = await launchBrowser({ profileDir });
  await openApp(second.page, site.url);
  await expect(second.page).toHaveTitle(new RegExp(SITE_NAME));
  await unlock(second.page);
  await expectReady(second.page);

  // The download is lost, and the hub gone: what was chosen stays chosen, and the model in the box is one click away.
  await second.page.evaluate(() => caches.delete('commonplace-models'));
  await openApp(second.page, site.url);
  await unlock(second.page);
  await goTo(second.page, 'settings/search');
  await expect(second.page.getByText(/MiniLM L6 cannot be used.*hub could not be reached/)).toBeVisible();
  await second.page.getByRole('button', { name: SEARCH.useBuiltIn(BUILT_IN.label) }).click();
  await expect(second.page.getByText(`${BUILT_IN.label}: ready, on 1 processor thread.`)).toBeVisible();
  await second.close();
  await site.close();
  rmSync(hubFolder, { recursive: true });
  rmSync(root, { recursive: true });
});
