import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from '@playwright/test';
import { LIBRARY } from '../../src/ui/text/library.ts';
import { expect, launchBrowser, openApp, serveApp, test } from './fixtures/app.ts';
import { askAnew, createLibrary, goTo, unlock } from './fixtures/person.ts';
import { randomInteger, seededRandom } from './fixtures/random.ts';
import { SeenEvents } from './fixtures/seen-events.ts';

/*
 * What the app has acknowledged outlives the death of its tab. While folders are taken in, the tab is killed twenty
 * times: as files are being sealed, as they are read, as they are embedded. Each time the library is opened again,
 * everything that the window had been told was kept must be there, and the import must go on by itself. In the end
 * every file is there once and can be found. What the window was told is recorded outside the browser.
 */

const SEED = Number(process.env['KILL_SEED'] ?? 20_261_121);
const FOLDERS = 10;
const NOTES_PER_FOLDER = 40;

/** A folder is dropped, again if it was cut short before, and the tab dies at the n-th event of a kind after that. */
interface Kill {
  readonly folder: number;
  readonly at: 'staged' | 'searchable' | 'done';
  readonly count: number;
}

/** Early enough in each folder that there is something left to go on with, also where the kill comes late. */
function planKills(random: () => number): readonly Kill[] {
  return Array.from({ length: FOLDERS }, (_, folder): Kill[] => [
    { folder, at: 'staged', count: randomInteger(random, 1, 15) },
    { folder, at: folder % 2 === 0 ? 'searchable' : 'done', count: randomInteger(random, 1, 6) },
  ]).flat();
}

test('whatever was acknowledged is there after the tab is killed in mid-import, twenty times', async ({
  profileDir,
}) => {
  test.setTimeout(300_000);
  const random = seededRandom(SEED);
  const kills = planKills(random);
  console.log(`seed ${SEED}; ${kills.map(({ at, count }) => `${at} ${count}`).join(', ')}`);
  const folder = mkdtempSync(join(tmpdir(), 'commonplace-notes-'));
  const folders = writeNotes(folder);
  const site = await serveApp();
  const browser = await launchBrowser({ profileDir });
  const { context } = browser;
  const seen = await SeenEvents.on(context);
  let { page } = browser;
  await openApp(page, site.url);
  await createLibrary(page);

  let resumedCount = 0;
  for (const { folder: index, at, count } of kills) {
    const soFar = countOf(seen, at);
    await drop(page, folders[index] ?? '');
    await seen.until(() => countOf(seen, at) >= soFar + count || isWhole(seen, NOTES_PER_FOLDER, folderName(index)));
    await kill(page);
    seen.pageIsGone();

    const staged = seen.pathsWith('staged');
    const read = seen.pathsWith('searchable');
    const eventsBefore = seen.events.length;
    page = await reopen(context, site.url);
    await seen.until(() => seen.documents !== undefined);
    const documents = seen.documents ?? [];
    const paths = documents.map(({ path }) => path);
    expect(new Set(paths).size, 'a file is there once').toBe(paths.length);
    expect(paths, 'every file that was acknowledged as kept').toEqual(expect.arrayContaining([...staged]));
    const readable = documents.filter(({ chunkCount }) => chunkCount > 0).map(({ path }) => path);
    expect(readable, 'every file that was acknowledged as read').toEqual(expect.arrayContaining([...read]));
    if (documents.some(({ isPending }) => isPending)) {
      await seen.until(() => seen.events.length > eventsBefore);
      resumedCount++;
    }
  }
  expect(resumedCount, 'imports that went on by themselves').toBeGreaterThanOrEqual(kills.length / 2);

  for (const path of folders) await drop(page, path);
  const total = FOLDERS * NOTES_PER_FOLDER;
  await seen.until(() => isWhole(seen, total));
  expect(seen.documents?.filter(({ chunkCount }) => chunkCount === 0)).toEqual([]);
  await goTo(page, 'library');
  await expect(page.getByText(new RegExp(`^${total} files`))).toBeVisible();
  for (let i = 0; i < 10; i++) {
    const number = randomInteger(random, 0, total - 1);
    const turn = await askAnew(page, `Who keeps the ${markerOf(number)}?`);
    await expect(turn).toContainText(`kept by keeper ${number}`);
  }
  expect(await browser.close()).toEqual([new URL(site.url).origin]);
  await site.close();
  rmSync(folder, { recursive: true, force: true });
});

async function drop(page: Page, folder: string): Promise<void> {
  await goTo(page, 'library');
  await page.getByLabel(LIBRARY.addFolder).setInputFiles(folder);
}

function countOf(seen: SeenEvents, type: string): number {
  return seen.events.filter((event) => event.type === type).length;
}

/** So many files of that folder, or of all, are in the library, each read and with its vectors. */
function isWhole(seen: SeenEvents, total: number, folder = ''): boolean {
  const documents = (seen.documents ?? []).filter(({ path }) => path.startsWith(folder));
  return documents.length === total && documents.every(({ status, isPending }) => status === 'ready' && !isPending);
}

function folderName(index: number): string {
  return `notes-${index}/`;
}

async function kill(page: Page): Promise<void> {
  const protocol = await page.context().newCDPSession(page);
  const crashed = page.waitForEvent('crash');
  // The answer never comes: the renderer that would give it is gone.
  protocol.send('Page.crash').catch((error: unknown) => expect(String(error)).toMatch(/crash|closed/i));
  await crashed;
}

async function reopen(context: BrowserContext, url: string): Promise<Page> {
  const dead = context.pages();
  const page = await context.newPage();
  for (const tab of dead) await tab.close();
  await openApp(page, url);
  await unlock(page);
  return page;
}

function writeNotes(folder: string): readonly string[] {
  return Array.from({ length: FOLDERS }, (_, folderIndex) => {
    const path = join(folder, folderName(folderIndex));
    mkdirSync(path, { recursive: true });
    for (let i = 0; i < NOTES_PER_FOLDER; i++) {
      const number = folderIndex * NOTES_PER_FOLDER + i;
      const text = `# Note ${number}\n\nThe ${markerOf(number)} is kept by keeper ${number} in the long gallery.\n\n## More\n\nIt was bought at the fair of ${1700 + number} and cleaned ${number + 2} times since.\n`;
      writeFileSync(join(path, `note-${number}.md`), text);
    }
    return path;
  });
}

/** A word of its own for each note. */
function markerOf(number: number): string {
  const letters = [...String(number).padStart(3, '0')].map((digit) => 'bdfgklmnpr'[Number(digit)] ?? '');
  return `quo${letters.join('a')}ax`;
}
