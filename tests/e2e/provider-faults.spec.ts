import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { MAX_QUESTION_LENGTH } from '../../src/domain/settings.ts';
import { findPreset } from '../../src/platform/llm/providers.ts';
import { CHAT } from '../../src/ui/text/chat.ts';
import { ANSWERS } from '../../src/ui/text/settings.ts';
import { startOpenAiServer, type OpenAiServer } from '../fixtures/openai-server/start-openai-server.ts';
import { expect, launchBrowser, openApp, serveApp, test } from './fixtures/app.ts';
import { ask, askAnew, composer, createLibrary, goTo, importFolder, unlock } from './fixtures/person.ts';

/*
 * A provider that misbehaves costs an answer, never more: the reason is told in words that say what to do, what had
 * arrived stays and is marked, the key goes to the provider's origin and nowhere else, and the app goes on. One
 * session for all cases, since each needs an open library with a provider set.
 */

const API_KEY = 'sk-test-faults-1b2c3d';
const QUESTION = 'Where is the heron’s key kept?';

test('each failure of a provider is told apart, and what had arrived stays', async ({ profileDir }) => {
  test.setTimeout(240_000);
  const folder = mkdtempSync(join(tmpdir(), 'commonplace-folder-'));
  writeFileSync(join(folder, 'keys.md'), '# Keys\n\nThe heron’s key is kept behind the blue tile in the scullery.\n');
  const site = await serveApp();
  const origin = new URL(site.url).origin;
  let provider = await startOpenAiServer();
  const foreign = await startOpenAiServer();
  const browser = await launchBrowser({ profileDir });
  const { page } = browser;
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  await openApp(page, site.url);
  await createLibrary(page);
  await importFolder(page, folder);
  await useProvider(page, 'custom', provider.url);

  await test.step('a wrong key', async () => {
    provider.script({ status: 401 });
    await expect(await askAnew(page, QUESTION)).toContainText(/does not accept the key.*Check the key/s);
    // As a function: preflights are answered as ever, only the refusal itself is hidden from the page.
    provider.script(() => ({ status: 401, hasCors: false }));
    await expect(await askAnew(page, QUESTION)).toContainText(/does not let this page.*wrong key can look the same/s);
  });

  await test.step('too many calls: waits as long as it is told, says so, and gets its answer', async () => {
    const before = provider.requests.filter(isChat).length;
    provider.script((_, index) =>
      index === 0 ? { status: 429, retryAfter: '2' } : { answer: 'Behind the tile [1].' },
    );
    await goTo(page, 'ask');
    await composer(page).fill(QUESTION);
    await composer(page).press('Enter');
    const turn = page.getByRole('article').last();
    await expect(turn).toContainText(/Trying again: .*gets more calls than it allows/s);
    await expect(turn).toContainText('Behind the tile');
    await ended(turn);
    expect(provider.requests.filter(isChat).length).toBe(before + 2);
  });

  await test.step('trouble on the server’s side', async () => {
    provider.script({ status: 500, retryAfter: '0' });
    await expect(await askAnew(page, QUESTION)).toContainText(/trouble on its side \(status 500\)/);
  });

  await test.step('a connection reset in mid-answer keeps what had come and marks it', async () => {
    provider.script({
      answer: 'The heron hid it behind the blue tile, and then there is more to say.',
      resetAtByte: 1800,
    });
    const turn = await askAnew(page, QUESTION);
    await expect(turn).toContainText('The heron hid it');
    await expect(turn).toContainText(/broke off\. Anything that had arrived is kept/);
  });

  await test.step('a web page instead of data', async () => {
    provider.script({ status: 200, body: '<!doctype html><title>Sign in</title>', contentType: 'text/html' });
    await expect(await askAnew(page, QUESTION)).toContainText(/web page instead of data/);
  });

  await test.step('a redirect to another host is not followed', async () => {
    provider.script({ redirectTo: `${foreign.url}/chat/completions` });
    await expect(await askAnew(page, QUESTION)).toContainText(/sends the call on to another address/);
    expect(foreign.requests).toEqual([]);
    expect(foreign.preflights).toEqual([]);
  });

  await test.step('stop keeps what was written, also after a reload', async () => {
    provider.script({ answer: `It lies behind the blue tile. ${'And on it goes. '.repeat(400)}`, deltasPerSecond: 60 });
    await goTo(page, 'ask');
    await composer(page).fill('What does the heron keep in the scullery?');
    await composer(page).press('Enter');
    const turn = page.getByRole('article').last();
    await expect(turn).toContainText('behind the blue tile');
    await page.getByRole('button', { name: CHAT.stop, exact: true }).click();
    await ended(turn);
    await expect(turn).toContainText(CHAT.stopped);
    await page.reload();
    await unlock(page);
    await page.getByRole('link', { name: 'What does the heron keep in the scullery?' }).click();
    await expect(page.getByRole('article')).toContainText('behind the blue tile');
    await expect(page.getByRole('article')).toContainText(CHAT.stopped);
  });

  await test.step('a question that is too long is refused with its length, and stays', async () => {
    const before = provider.requests.length;
    const question = 'Why so long? '.repeat(400).trim();
    await goTo(page, 'ask');
    await composer(page).fill(question);
    await composer(page).press('Enter');
    await expect(page.getByRole('alert')).toHaveText(CHAT.tooLong(question.length, MAX_QUESTION_LENGTH));
    await expect(composer(page)).toHaveValue(question);
    await expect(page.getByRole('article')).toHaveCount(0);
    expect(provider.requests.length).toBe(before);
    await composer(page).fill('');
  });

  await test.step('the connection test says whether it works and what is wrong', async () => {
    provider.script();
    await expect(await testConnection(page)).toContainText(/It works.*models/);
    provider.script({ status: 401 });
    await expect(await testConnection(page)).toContainText('does not accept the key');
    provider.script({ hasCors: false, isPreflightRefused: true });
    const outcome = await testConnection(page);
    await expect(outcome).toContainText(`does not let this page (${origin}) read the answer`);
  });

  await test.step('a local server that shuts pages out: the exact command with this page’s origin', async () => {
    provider.script();
    await useProvider(page, 'ollama', provider.url);
    await expect(page.getByText(`OLLAMA_ORIGINS="${origin}" ollama serve`).first()).toBeVisible();
    provider.script({ hasCors: false, isPreflightRefused: true });
    const outcome = await testConnection(page);
    await expect(outcome).toContainText('Ollama answers, but does not let this page');
    await expect(outcome).toContainText(`OLLAMA_ORIGINS="${origin}" ollama serve`);
    provider.script({ status: 403, hasCors: false });
    await expect(await testConnection(page)).toContainText(`OLLAMA_ORIGINS="${origin}" ollama serve`);
  });

  await test.step('the provider gone in mid-answer, and not there at all', async () => {
    provider.script({ answer: `Behind the tile. ${'On and on. '.repeat(2000)}`, deltasPerSecond: 60 });
    await goTo(page, 'ask');
    await composer(page).fill(QUESTION);
    await composer(page).press('Enter');
    const turn = page.getByRole('article').last();
    await expect(turn).toContainText('Behind the tile');
    await provider.close();
    await ended(turn);
    await expect(turn).toContainText(/Behind the tile.*Nothing answers at .*Start Ollama/s);
    await expect(await testConnection(page)).toContainText(/Nothing answers at .*Start Ollama/);
  });

  await test.step('asking goes on: in quotes meanwhile, and with the model once it is back', async () => {
    await goTo(page, 'ask');
    await page.getByText(CHAT.modeQuotes).click();
    await expect(await ask(page, QUESTION)).toContainText('behind the blue tile in the scullery');
    provider = await startOpenAiServer({ port: provider.port });
    await page.getByText(CHAT.modeModel).click();
    const turn = await askAnew(page, QUESTION);
    await expect(turn).toContainText('Your notes say');
  });

  expect(problems).toEqual([]);
  expect(await browser.close()).toEqual([origin, new URL(provider.url).origin].sort());
  await Promise.all([site.close(), provider.close(), foreign.close()]);
  rmSync(folder, { recursive: true, force: true });
});

/** Sets a preset up with another address than its own, and unlocks again where that reloads the page. */
async function useProvider(page: Page, presetId: string, url: string): Promise<void> {
  await goTo(page, 'settings/answers');
  await page.getByRole('radio', { name: findPreset(presetId).label }).check();
  await page.getByRole('textbox', { name: ANSWERS.address }).fill(url);
  if (presetId === 'custom') await page.getByRole('textbox', { name: ANSWERS.key }).fill(API_KEY);
  await page.getByRole('combobox', { name: ANSWERS.model }).fill('test-model');
  const saving = page.getByRole('button', { name: /^Save/ });
  const reloads = (await saving.textContent())?.trim() === ANSWERS.saveAndReload;
  await saving.click();
  if (reloads) await unlock(page);
  else await expect(page.getByText(`${findPreset(presetId).label}, test-model`)).toBeVisible();
}

/** Presses *Test connection*; the outcome. */
async function testConnection(page: Page): Promise<Locator> {
  await goTo(page, 'settings/answers');
  const button = page.getByRole('button', { name: ANSWERS.test });
  await button.click();
  await expect(button).toBeVisible({ timeout: 30_000 });
  return page.getByRole('status').filter({ has: page.locator('.works, .problem') });
}

async function ended(turn: Locator): Promise<void> {
  await expect(turn.locator('[aria-busy]')).toHaveAttribute('aria-busy', 'false', { timeout: 30_000 });
}

function isChat({ path }: OpenAiServer['requests'][number]): boolean {
  return path.endsWith('/chat/completions');
}
