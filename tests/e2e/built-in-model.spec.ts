import { rmSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { BUILT_IN_MODEL_ID, findModel } from '../../src/platform/compute/models.ts';
import { PALETTE } from '../../src/ui/text/palette.ts';
import { readParaphrases } from '../fixtures/sample-paraphrases.ts';
import { BUILD_DIR, expect, launchBrowser, openApp, serveApp, test } from './fixtures/app.ts';
import { linkBuild } from './fixtures/linked-build.ts';
import { goTo } from './fixtures/person.ts';
import { SeenEvents } from './fixtures/seen-events.ts';
import { untilComplete } from './fixtures/shell-cache.ts';

/*
 * What a fresh clone can do with no other files and no other network than its own site: it searches by meaning. Ten
 * questions about the sample library share no word with the note that answers them (a unit test holds them to that).
 */

const SAMPLE = 'Look around with a sample';
const MODEL = findModel(BUILT_IN_MODEL_ID);

/** Titles under which the palette shows the notes that the questions are about. */
const TITLES: Readonly<Record<string, string>> = {
  'lamp/winding-the-clockwork.md': 'Winding the clockwork',
  'lamp/lens-cleaning.md': 'Cleaning the lens',
  'minutes/2024-03-16-meeting.md': 'Meeting of 16 March 2024',
  'minutes/2024-10-05-meeting.md': 'Meeting of 5 October 2024',
  'nature/bird-log-2024.md': 'Bird log 2024',
  'nature/tides-and-the-sandbar.md': 'Tides and the sandbar',
  'house/stove.html': 'The kitchen stove',
  'house/guest-book-rules.txt': 'guest-book-rules',
  'house/signes-fish-soup.md': "Signe's fish soup",
  'history/the-night-of-the-aurora.md': 'The wreck of the Aurora',
};

test('the model in the box finds notes asked for in other words, and does so offline', async ({ profileDir }) => {
  test.setTimeout(240_000);
  const served: string[] = [];
  const site = await serveApp({ onServed: (path) => served.push(path) });
  const browser = await launchBrowser({ profileDir });
  const { page } = browser;
  const seen = await SeenEvents.on(browser.context);
  await openApp(page, site.url);
  await openSample(page, seen);
  await goTo(page, 'settings/search');
  await expect(page.getByText(`${MODEL.label}: ready, on 1 processor thread.`)).toBeVisible();
  await goTo(page, 'ask');
  const found = await askAll(page);
  for (const { question, place } of found) console.log(`${place === 0 ? 'not found' : `place ${place}`}: ${question}`);
  expect(found.filter(({ place }) => place >= 1 && place <= 5).length).toBeGreaterThanOrEqual(8);

  expect(served.filter((path) => path.startsWith('ort/'))).toEqual([]);
  await untilComplete(page, site.url);
  const contacted = await browser.close();
  await site.close();

  const offline = await launchBrowser({ profileDir });
  const seenOffline = await SeenEvents.on(offline.context);
  await openApp(offline.page, site.url);
  await openSample(offline.page, seenOffline);
  expect(await askAll(offline.page)).toEqual(found);
  await offline.close();
  expect(contacted).toEqual([new URL(site.url).origin]);
});

test('until the model is there search finds words, and meaning once it is', async ({ profileDir }) => {
  const incomplete = linkBuild({ without: 'models' });
  const site = await serveApp({ root: incomplete });
  const browser = await launchBrowser({ profileDir });
  const { page } = browser;
  await openApp(page, site.url);
  await page.getByRole('button', { name: SAMPLE }).click();
  await goTo(page, 'settings/search');
  await expect(page.getByText(`${MODEL.label} is not on this device yet`)).toBeVisible();
  expect(await placeOf(page, 'clockwork full wind', 'Winding the clockwork')).toBe(1);

  site.replaceRoot(BUILD_DIR);
  const seen = await SeenEvents.on(browser.context);
  await openApp(page, site.url);
  await openSample(page, seen);
  await goTo(page, 'settings/search');
  await expect(page.getByText(`${MODEL.label}: ready`)).toBeVisible();
  expect(await browser.close()).toEqual([new URL(site.url).origin]);
  await site.close();
  rmSync(incomplete, { recursive: true });
});

async function openSample(page: Page, seen: SeenEvents): Promise<void> {
  await page.getByRole('button', { name: SAMPLE }).click();
  await expect(page.getByRole('navigation').first()).toBeVisible();
  // Every document read, and each of its passages with its vectors.
  await seen.until(() => {
    const documents = seen.documents ?? [];
    return documents.length >= 13 && documents.every(({ status, isPending }) => status === 'ready' && !isPending);
  });
}

/** For each question, the place of the note that answers it among the passages found; 0 when it is not among them. */
async function askAll(page: Page): Promise<{ question: string; place: number }[]> {
  const found: { question: string; place: number }[] = [];
  for (const { question, document } of readParaphrases()) {
    found.push({ question, place: await placeOf(page, question, TITLES[document] ?? '') });
  }
  return found;
}

async function placeOf(page: Page, query: string, title: string): Promise<number> {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: PALETTE.title }).fill(query);
  const passages = page.locator('[role="option"][data-group="passages"]');
  await expect(passages.first()).toBeVisible();
  const titles = await passages.locator('.detail').allTextContents();
  await page.keyboard.press('Escape');
  await expect(passages).toHaveCount(0);
  return titles.indexOf(title) + 1;
}
