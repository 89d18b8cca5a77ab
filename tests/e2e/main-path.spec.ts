import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startOpenAiServer } from '../fixtures/openai-server/start-openai-server.ts';
import { expect, launchBrowser, openApp, serveApp, test } from './fixtures/app.ts';
import { MARKERS, writeMixedFolder } from './fixtures/mixed-folder.ts';
import {
  ask,
  askAnew,
  composer,
  createLibrary,
  goTo,
  importFolder,
  setUpProvider,
  sourcePanel,
  unlock,
} from './fixtures/person.ts';
import { findMarkers } from './fixtures/profile-scan.ts';
import { untilComplete } from './fixtures/shell-cache.ts';

/*
 * The main job, as a person does it: a first visit to the production build on a plain static host under a sub-path, a
 * library made, a mixed folder taken in, answers with and without a provider, a lock, a reload, and the network gone.
 * One long test, because each step stands on what the one before left behind. At the end: who was contacted, and
 * what of it all lies on the disk in clear.
 */
test('from the first visit to an answer offline', async ({ profileDir }) => {
  test.setTimeout(600_000);
  const folder = mkdtempSync(join(tmpdir(), 'commonplace-folder-'));
  const site = await serveApp();
  const provider = await startOpenAiServer();
  const mixed = writeMixedFolder(folder);
  expect(mixed.noteCount).toBeGreaterThanOrEqual(150);
  expect(mixed.pdfCount).toBeGreaterThanOrEqual(10);

  const browser = await launchBrowser({ profileDir });
  const { page } = browser;
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));

  await test.step('arrives and creates a library', async () => {
    await openApp(page, site.url);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    await createLibrary(page);
  });

  await test.step('takes a mixed folder in', async () => {
    await importFolder(page, folder);
    await page.getByLabel('Filter files').fill('The ledger');
    await expect(page.getByText('The ledger').first()).toBeVisible();
  });

  await test.step('finds by meaning with the model in the box', async () => {
    await goTo(page, 'settings/search');
    await expect(page.getByText('Ready, on 1 processor thread.')).toBeVisible({ timeout: 120_000 });
  });

  await test.step('gets an answer without a key whose citation opens the highlighted passage', async () => {
    const turn = await askAnew(page, `Where is the ${MARKERS.text} kept?`);
    await expect(turn).toContainText('third drawer of the walnut desk');
    await turn.getByRole('button', { name: /^Source 1/ }).click();
    await expect(sourcePanel(page).locator('mark').first()).toContainText(MARKERS.text);
    await page.keyboard.press('Escape');
    await expect(sourcePanel(page)).toHaveCount(0);
  });

  await test.step('opens a citation of a PDF on its page', async () => {
    const turn = await askAnew(page, 'crane quay tonnes checked every spring');
    await turn.getByRole('button', { name: /^Source 1/ }).click();
    const panel = sourcePanel(page);
    await expect(panel.locator('canvas').first()).toBeVisible({ timeout: 30_000 });
    await expect(panel.locator('.highlight, mark').first()).toBeVisible();
    await page.keyboard.press('Escape');
  });

  await test.step('says so when the library has nothing on it', async () => {
    const turn = await askAnew(page, 'What is the boiling point of xylotrimethine hexafluoride?');
    await expect(turn).toContainText('Your library says nothing on this.');
  });

  await test.step('gets a streamed answer from a provider with citations', async () => {
    provider.script({ answer: `The ledger is in the walnut desk [1], says ${MARKERS.answer} [99].` });
    await setUpProvider(page, provider.url, 'test-model', MARKERS.apiKey);
    const turn = await askAnew(page, `Where is the ${MARKERS.text}, asks ${MARKERS.question}?`);
    await expect(turn).toContainText(`says ${MARKERS.answer}`);
    await expect(turn).not.toContainText('99');
    await turn
      .getByRole('button', { name: /^Source 1/ })
      .first()
      .click();
    await expect(sourcePanel(page).locator('mark').first()).toBeVisible();
    await page.keyboard.press('Escape');
    const chat = provider.requests.filter((request) => request.path.endsWith('/chat/completions'));
    expect(chat).toHaveLength(1);
    expect(chat[0]?.headers['authorization']).toBe(`Bearer ${MARKERS.apiKey}`);
  });

  await test.step('locks, and finds everything again after the passphrase', async () => {
    await page.getByRole('button', { name: /^Lock/ }).first().click();
    await unlock(page);
    await goTo(page, 'ask');
    await expect(page.getByText(`Where is the ${MARKERS.text} kept?`).first()).toBeVisible();
    await page.reload();
    await unlock(page);
  });

  await test.step('goes on without the network', async () => {
    await untilComplete(page, site.url);
    await site.close();
    await page.reload();
    await unlock(page);
    await goTo(page, 'ask');
    await expect(composer(page)).toBeVisible();
    await page.getByRole('radio', { name: 'Quotes only' }).check({ force: true });
    const turn = await ask(page, `Where is the ${MARKERS.text} kept?`);
    await expect(turn).toContainText('third drawer of the walnut desk');
    await page.getByRole('button', { name: /^Lock/ }).first().click();
    await expect(page.getByRole('heading', { name: 'Your library is locked' })).toBeVisible();
  });

  const contacted = await browser.close();
  expect(contacted).toEqual([new URL(site.url).origin, new URL(provider.url).origin].sort());
  expect(problems).toEqual([]);
  const leaks = findMarkers(profileDir, Object.values(MARKERS), (path) => path.startsWith('net-log'));
  expect(leaks).toEqual([]);
  await provider.close();
  rmSync(folder, { recursive: true, force: true });
});
