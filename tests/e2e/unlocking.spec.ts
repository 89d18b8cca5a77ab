import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { LIBRARY } from '../../src/ui/text/library.ts';
import { CREATE, HELD, PASSPHRASE as WORDS, UNLOCK, WELCOME } from '../../src/ui/text/locked.ts';
import { expect, launchBrowser, openApp, serveApp, test } from './fixtures/app.ts';
import { composer, createLibrary, goTo, PASSPHRASE, unlock } from './fixtures/person.ts';
import { SeenEvents } from './fixtures/seen-events.ts';

/*
 * The door of the library: a passphrase that could be guessed makes none, a wrong one opens none and leaves what was
 * typed, the recovery code opens it however it is written down, and of two tabs only one has it open and writes.
 */

const NOTE_COUNT = 200;

test('only the passphrase and the recovery code open the library', async ({ site, browserApp: { page } }) => {
  await openApp(page, site.url);

  await test.step('a passphrase that could be guessed is refused, and so are two that differ', async () => {
    await page.getByRole('button', { name: WELCOME.create }).click();
    await typeNewPassphrase(page, 'password123', 'password123');
    await expect(page.getByRole('alert')).toHaveText(CREATE.tooWeak);
    await expect(passphraseField(page)).toHaveValue('password123');
    await typeNewPassphrase(page, PASSPHRASE, `${PASSPHRASE}s`);
    await expect(page.getByRole('alert')).toHaveText(CREATE.mismatch);
    await expect(passphraseField(page)).toHaveValue(PASSPHRASE);
    await page.getByRole('button', { name: CREATE.back }).click();
  });

  const code = await createLibrary(page);
  expect(code).toMatch(/^[0-9A-Z]+(?:-[0-9A-Z]+)+$/);
  await page.reload();

  await test.step('a wrong passphrase says so and stays to be corrected', async () => {
    const field = page.getByLabel(WORDS.label, { exact: true });
    await field.fill(PASSPHRASE.toUpperCase());
    await page.getByRole('button', { name: UNLOCK.unlock }).click();
    await expect(page.getByRole('alert')).toHaveText(UNLOCK.wrongPassphrase);
    await expect(field).toHaveValue(PASSPHRASE.toUpperCase());
    await expect(composer(page)).toHaveCount(0);
    await unlock(page);
    await page.reload();
  });

  await test.step('a wrong recovery code says so; the right one opens in small letters and with spaces', async () => {
    await page.getByRole('button', { name: UNLOCK.useCode }).click();
    const field = page.getByLabel(UNLOCK.codeLabel);
    await field.fill(swapLastTwoGroups(code));
    await page.getByRole('button', { name: UNLOCK.unlock }).click();
    await expect(page.getByRole('alert')).toHaveText(UNLOCK.wrongCode);
    await field.fill(` ${code.toLowerCase().replaceAll('-', ' ')} `);
    await page.getByRole('button', { name: UNLOCK.unlock }).click();
    await expect(composer(page)).toBeVisible();
  });
});

test('one tab at a time has the library, and a second takes it over in mid-import without loss', async ({
  profileDir,
}) => {
  const folder = mkdtempSync(join(tmpdir(), 'commonplace-folder-'));
  for (let i = 0; i < NOTE_COUNT; i++) writeFileSync(join(folder, `note-${i}.md`), `# Note ${i}\n\nOn shelf ${i}.\n`);
  const site = await serveApp();
  const browser = await launchBrowser({ profileDir });
  const { context, page: first } = browser;
  const seen = await SeenEvents.on(context);
  await openApp(first, site.url);
  await createLibrary(first);

  const second = await context.newPage();
  await openApp(second, site.url);
  await expect(second.getByRole('heading', { name: HELD.title })).toBeVisible();

  await first.bringToFront();
  await goTo(first, 'library');
  await first.getByLabel(LIBRARY.addFolder).setInputFiles(folder);
  await seen.until(() => seen.pathsWith('staged').length >= 20);
  await second.bringToFront();
  await second.getByRole('button', { name: HELD.takeOver }).click();
  await unlock(second);
  await expect(first.getByRole('heading', { name: HELD.title })).toBeVisible();
  const readByFirst = seen.events.filter(({ page, type }) => page === first && type === 'searchable').length;
  expect(readByFirst, 'the import was cut short').toBeLessThan(NOTE_COUNT);

  await goTo(second, 'library');
  await second.getByLabel(LIBRARY.addFolder).setInputFiles(folder);
  await seen.until(() => hasAll(seen));
  await expect(second.getByText(new RegExp(`^${NOTE_COUNT} files`))).toBeVisible();
  const paths = seen.documents?.map(({ path }) => path) ?? [];
  expect(new Set(paths).size, 'no file is there twice').toBe(NOTE_COUNT);
  const lastOfFirst = seen.events.findLastIndex(({ page }) => page === first);
  const firstOfSecond = seen.events.findIndex(({ page }) => page === second);
  expect(lastOfFirst, 'the first tab is done before the second begins').toBeLessThan(firstOfSecond);

  // And back again: the first tab says who has the library, asks for it, and the second locks.
  await first.bringToFront();
  await first.getByRole('button', { name: HELD.takeOver }).click();
  await unlock(first);
  await expect(second.getByRole('heading', { name: HELD.title })).toBeVisible();
  await goTo(first, 'library');
  await expect(first.getByText(new RegExp(`^${NOTE_COUNT} files`))).toBeVisible();
  await browser.close();
  await site.close();
  rmSync(folder, { recursive: true, force: true });
});

function passphraseField(page: Page): ReturnType<Page['getByLabel']> {
  return page.getByLabel(WORDS.label, { exact: true });
}

async function typeNewPassphrase(page: Page, passphrase: string, repeated: string): Promise<void> {
  await passphraseField(page).fill(passphrase);
  await page.getByLabel(WORDS.repeatLabel).fill(repeated);
  await page.getByRole('button', { name: CREATE.continue }).click();
}

/** Another code of the same form. */
function swapLastTwoGroups(code: string): string {
  const groups = code.split('-');
  return [...groups.slice(0, -2), groups.at(-1), groups.at(-2)].join('-');
}

function hasAll(seen: SeenEvents): boolean {
  const documents = seen.documents ?? [];
  return (
    documents.length === NOTE_COUNT && documents.every(({ chunkCount, isPending }) => chunkCount > 0 && !isPending)
  );
}
