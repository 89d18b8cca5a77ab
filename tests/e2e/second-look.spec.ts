import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Locator } from '@playwright/test';
import { writeTinyCrossEncoder } from '../../scripts/make-tiny-model.ts';
import { startStaticServer } from '../../scripts/static-server.mjs';
import { SEARCH } from '../../src/ui/text/settings.ts';
import { expect, launchBrowser, openApp, serveApp, test } from './fixtures/app.ts';
import { makeHubFolder } from './fixtures/hub-folder.ts';
import { linkBuild } from './fixtures/linked-build.ts';
import { askAnew, createLibrary, goTo, importFolder, unlock } from './fixtures/person.ts';

const MODEL_ID = 'Xenova/ms-marco-TinyBERT-L-2-v2';
const LABEL = 'MS MARCO TinyBERT L2';
const NOTES = {
  'lamp.md': '# The lamp\n\nA full wind of the lamp lasts twenty minutes and no longer.\n',
  'soup.md': '# Fish soup\n\nSimmer the heads for twenty minutes, then strain the broth.\n',
  'bread.md': '# Bread\n\nLet the dough rest for twenty minutes before it is baked.\n',
};

/*
 * A second look: off until it is chosen, downloaded only after consent, then orders what the next question finds, offline as
 * well; where the model is gone, answers come as without it and say so.
 */
test('a second look puts the passages in its own order, once it was consented to', async ({ profileDir }) => {
  test.setTimeout(240_000);
  const hubFolder = makeHubFolder(MODEL_ID, (folder) => {
    const vocabularyText = Object.values(NOTES).join(' ');
    writeTinyCrossEncoder(folder, { modelId: MODEL_ID, likedWords: 'broth heads', vocabularyText });
  });
  const asked: string[] = [];
  const hub = await startStaticServer({
    root: hubFolder,
    headers: { 'Access-Control-Allow-Origin': '*' },
    onServed: (path) => asked.push(path),
  });
  const root = linkBuild({ files: { 'config.json': JSON.stringify({ hubUrl: hub.url }) } });
  const site = await serveApp({ root });
  const notes = mkdtempSync(join(tmpdir(), 'commonplace-second-'));
  for (const [name, text] of Object.entries(NOTES)) writeFileSync(join(notes, name), text);

  const first = await launchBrowser({ profileDir });
  const { page } = first;
  await openApp(page, site.url);
  await createLibrary(page);
  await importFolder(page, notes);
  const question = 'How many minutes does a full wind of the lamp last?';
  /** Why the one source that answers is where it is: the sentence stays the best, whatever is put before it. */
  const why = async (turn: Locator): Promise<Locator> => {
    await turn.getByText('Why these sources?').click();
    const source = turn.locator('details.why details').filter({ hasText: 'The lamp' });
    await source.locator('summary').click();
    return source.locator('dl');
  };
  await expect(await why(await askAnew(page, question))).toContainText('Together place 1,');
  expect(asked).toEqual([]);

  await goTo(page, 'settings/search');
  const choice = page.getByRole('radio', { name: new RegExp(`^${LABEL}`) });
  const consent = page.getByRole('dialog', { name: SEARCH.consentTitle });
  await choice.check();
  await expect(consent).toContainText(new URL(hub.url).host);
  await consent.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('radio', { name: SEARCH.secondLookOff, exact: true })).toBeChecked();
  expect(asked).toEqual([]);
  await choice.check();
  await consent.getByRole('button', { name: SEARCH.consent }).click();
  await expect(page.getByText(SEARCH.secondLookReady(LABEL))).toBeVisible({ timeout: 60_000 });
  expect(asked).toContain(`${MODEL_ID}/resolve/main/onnx/model_quantized.onnx`);
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag22aa']).analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);

  const looked = await why(await askAnew(page, question));
  await expect(looked).toContainText('Together place 2,');
  await expect(looked).toContainText('Second look 0.00');
  await first.close();
  await hub.close();

  // What was downloaded serves without the hub; once it is gone, the usual order holds and the answer says why.
  const second = await launchBrowser({ profileDir });
  await openApp(second.page, site.url);
  await unlock(second.page);
  await expect(await why(await askAnew(second.page, question))).toContainText('Together place 2,');
  await second.page.evaluate(() => caches.delete('commonplace-models'));
  await openApp(second.page, site.url);
  await unlock(second.page);
  const without = await askAnew(second.page, question);
  await expect(without).toContainText(`The second look by ${LABEL} could not be taken`);
  await expect(await why(without)).toContainText('Together place 1,');
  await second.close();
  await site.close();
  for (const folder of [hubFolder, root, notes]) rmSync(folder, { recursive: true });
});
