import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CDPSession, Page } from '@playwright/test';
import { LIBRARY } from '../../src/ui/text/library.ts';
import { UNLOCK, WELCOME } from '../../src/ui/text/locked.ts';
import { NOTICES } from '../../src/ui/text/notices.ts';
import { ANSWERS } from '../../src/ui/text/settings.ts';
import { BUILD_DIR, expect, launchBrowser, openApp, serveApp, test } from './fixtures/app.ts';
import { makeBuildWithoutDatabase } from './fixtures/build-without-database.ts';
import { askAnew, createLibrary, goTo, importFolder, unlock } from './fixtures/person.ts';
import { SeenEvents } from './fixtures/seen-events.ts';
import { untilComplete } from './fixtures/shell-cache.ts';

/*
 * A browser that gives no storage, and one that has run out of it. Without a database the app says so before anything
 * is put in, and works from memory. With no room left in mid-import it says so, keeps and finds all that it had
 * acknowledged, opens again while still full, and goes on once there is room.
 */

const NOTE_COUNT = 60;
/** Enough for some of the notes with their text and index, not for all. */
const ROOM_BYTES = 900_000;

test('without a database the app says so first, and works in memory until the tab closes', async ({ profileDir }) => {
  const folder = mkdtempSync(join(tmpdir(), 'commonplace-memory-'));
  const [build, notes] = [join(folder, 'build'), join(folder, 'notes')];
  makeBuildWithoutDatabase(BUILD_DIR, build);
  mkdirSync(notes);
  writeFileSync(join(notes, 'lamp.md'), '# The lamp\n\nThe lamp was lit by the widow Aske until 1902.\n');
  const site = await serveApp({ root: build });
  const browser = await launchBrowser({ profileDir });
  const { page } = browser;
  page.setDefaultTimeout(20_000);
  await openApp(page, site.url);
  await expect(page.getByText(NOTICES.memoryOnly)).toBeVisible();
  await createLibrary(page);
  await expect(page.getByText(NOTICES.memoryOnly)).toBeVisible();
  await importFolder(page, notes);
  await expect(await askAnew(page, 'Who lit the lamp?')).toContainText('lit by the widow Aske');
  await goTo(page, 'settings/answers');
  await expect(page.getByText(ANSWERS.needsLastingLibrary)).toBeVisible();
  await page.reload();
  await expect(page.getByRole('button', { name: WELCOME.create })).toBeVisible();
  await expect(page.getByText(NOTICES.memoryOnly)).toBeVisible();
  expect(await browser.close()).toEqual([new URL(site.url).origin]);
  await site.close();
  rmSync(folder, { recursive: true, force: true });
});

test('with no room left in mid-import nothing acknowledged is lost, and it goes on once there is room', async ({
  profileDir,
}) => {
  test.setTimeout(90_000);
  const folder = mkdtempSync(join(tmpdir(), 'commonplace-full-'));
  for (let i = 0; i < NOTE_COUNT; i++) writeFileSync(join(folder, `note-${i}.md`), noteText(i));
  const site = await serveApp();
  const usedBytes = await createAndMeasure(profileDir, site.url);
  const browser = await launchBrowser({ profileDir });
  const seen = await SeenEvents.on(browser.context);
  const { page } = browser;
  page.setDefaultTimeout(20_000);
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  // Before the database is opened: Chromium asks for the room left at most every half a minute.
  const protocol = await browser.context.newCDPSession(page);
  await setQuota(protocol, site.url, usedBytes + ROOM_BYTES);
  await openApp(page, site.url);
  await unlock(page);

  await test.step('the room runs out while files are being taken in', async () => {
    await goTo(page, 'library');
    await page.getByLabel(LIBRARY.addFolder).setInputFiles(folder);
    await seen.until(() => seen.pathsWith('failed').length > 0);
    await expect(page.getByText(NOTICES.storageFull)).toBeVisible();
    await expect(page.getByText(/There is no room left/).first()).toBeVisible();
    await expect(page.getByRole('button', { name: LIBRARY.cancelImport })).toHaveCount(0);
    expect(seen.pathsWith('searchable').length, 'files that were read before').toBeGreaterThan(0);
  });

  await test.step('what was acknowledged is there and answers', () => expectAcknowledged(page, seen));

  await test.step('it opens while still full', async () => {
    seen.pageIsGone();
    await page.reload();
    await expect(page.getByRole('heading', { name: UNLOCK.title })).toBeVisible();
    await unlock(page);
    await seen.until(() => seen.documents !== undefined);
    await expectAcknowledged(page, seen);
  });

  await test.step('with room again everything goes in', async () => {
    await setQuota(protocol, site.url, undefined);
    await goTo(page, 'library');
    await page.getByLabel(LIBRARY.addFolder).setInputFiles(folder);
    const resume = page.getByRole('button', { name: LIBRARY.resumeImport });
    await expect(page.getByRole('button', { name: LIBRARY.cancelImport })).toHaveCount(0, { timeout: 60_000 });
    if (await resume.isVisible()) await resume.click();
    await seen.until(() => {
      const documents = seen.documents ?? [];
      return (
        documents.length === NOTE_COUNT && documents.every(({ status, isPending }) => status === 'ready' && !isPending)
      );
    });
    await expect(await askAnew(page, questionOf(NOTE_COUNT - 1))).toContainText(answerOf(NOTE_COUNT - 1));
  });

  expect(problems).toEqual([]);
  expect(await browser.close()).toEqual([new URL(site.url).origin]);
  await site.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Creates the library in a browser of its own, has the model loaded, and tells how many bytes all that takes. */
async function createAndMeasure(profileDir: string, url: string): Promise<number> {
  const { context, page } = await launchBrowser({ profileDir });
  await openApp(page, url);
  await createLibrary(page);
  await goTo(page, 'settings/search');
  await expect(page.getByText(/ready, on/i)).toBeVisible({ timeout: 60_000 });
  // What the app itself still fetched later would take the room away.
  await untilComplete(page, url);
  const usedBytes = await page.evaluate(async () => (await navigator.storage.estimate()).usage ?? 0);
  await context.close();
  return usedBytes;
}

/** Every file that the window was told is kept stands in the library, and one that was read answers. */
async function expectAcknowledged(page: Page, seen: SeenEvents): Promise<void> {
  const paths = seen.documents?.map(({ path }) => path) ?? [];
  expect(paths).toEqual(expect.arrayContaining([...seen.pathsWith('staged')]));
  const [read = ''] = seen.pathsWith('searchable');
  const number = Number(/note-(\d+)/.exec(read)?.[1]);
  await expect(await askAnew(page, questionOf(number))).toContainText(answerOf(number));
}

/** Sets how many bytes the browser lets the site use; `undefined` lifts the limit. It holds while the session does. */
function setQuota(protocol: CDPSession, url: string, quotaSize: number | undefined): Promise<unknown> {
  const { origin } = new URL(url);
  return protocol.send('Storage.overrideQuotaForOrigin', quotaSize === undefined ? { origin } : { origin, quotaSize });
}

function noteText(number: number): string {
  // Text that does not shrink, so that room is used up in earnest.
  const filler = Array.from({ length: 200 }, () => randomBytes(24).toString('hex')).join(' ');
  return `# Note ${number}\n\nThe ${wordOf(number)} ${answerOf(number)} in the store room.\n\n${filler}\n`;
}

function questionOf(number: number): string {
  return `Where does the ${wordOf(number)} hang?`;
}

function answerOf(number: number): string {
  return `hangs on hook ${number}`;
}

/** A word of its own for each note. */
function wordOf(number: number): string {
  return `vel${[...String(number)].map((digit) => 'bdfgklmnpr'[Number(digit)] ?? '').join('o')}orix`;
}
