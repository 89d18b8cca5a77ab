import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStaticServer } from '../../scripts/static-server.mjs';
import { makePdf } from '../unit/workers/extract/make-files.ts';
import { BUILD_DIR, expect, launchBrowser, openApp, serveApp, test } from './fixtures/app.ts';
import { askAnew, goTo, sourcePanel } from './fixtures/person.ts';
import { linkBuild } from './fixtures/linked-build.ts';
import { missingFiles, untilComplete } from './fixtures/shell-cache.ts';

const BASE = '/library/';
/** What a first visit may cost before the first screen, on the wire. */
const FIRST_PHASE_BUDGET_BYTES = 450_000;

test('a first visit waits for the first screen alone, and the rest follows once', async ({ browserApp: { page } }) => {
  const served: { readonly path: string; readonly sizeBytes: number }[] = [];
  const site = await startStaticServer({
    root: BUILD_DIR,
    base: BASE,
    onServed: (path, sizeBytes) => served.push({ path, sizeBytes }),
  });
  // What the page itself asks for is all there is until it says that it is idle.
  await page.addInitScript(() => {
    globalThis.requestIdleCallback = (callback) => {
      Object.assign(globalThis, { startSecondPhase: callback });
      return 0;
    };
  });
  await openApp(page, site.url);
  const firstBytes = served.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const missing = await missingFiles(page, site.url);
  expect(missing.length).toBeGreaterThan(100);
  const firstPaths = served.map(({ path }) => path);
  for (const part of ['read-pdf', 'passphrase-strength', 'character-maps', 'embed.worker', 'pdfjs/']) {
    expect(
      missing.some((path) => path.includes(part)),
      part,
    ).toBe(true);
    expect(
      firstPaths.filter((path) => path.includes(part)),
      part,
    ).toEqual([]);
  }
  expect(firstBytes).toBeLessThan(FIRST_PHASE_BUDGET_BYTES);

  const early = missing.find((path) => path.startsWith('pdfjs/cmaps/')) ?? '';
  expect(await page.evaluate(async (url) => (await fetch(url)).status, site.url + early)).toBe(200);
  expect(await missingFiles(page, site.url)).toEqual(missing.filter((path) => path !== early));

  served.length = 0;
  await page.evaluate(() => {
    (globalThis as unknown as { startSecondPhase: () => void }).startSecondPhase();
  });
  await untilComplete(page, site.url);
  const restBytes = served.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const counts = new Map<string, number>();
  for (const { path } of served) counts.set(path, (counts.get(path) ?? 0) + 1);
  expect([...counts].filter(([path, count]) => missing.includes(path) && count > 1)).toEqual([]);
  expect(counts.has(early)).toBe(false);
  console.info(`First phase ${firstBytes} bytes on the wire, second phase ${restBytes}.`);
  await site.close();
});

test('with the second phase done everything opens offline, a PDF in a font it does not carry too', async ({
  profileDir,
}) => {
  const folder = mkdtempSync(join(tmpdir(), 'commonplace-pdf-'));
  writeFileSync(join(folder, 'Tide table.pdf'), makePdf([[{ text: 'The spring tide reaches the seventh step.' }]]));
  const site = await serveApp();
  const first = await launchBrowser({ profileDir });
  await openApp(first.page, site.url);
  await untilComplete(first.page, site.url);
  await site.close();
  await first.close();

  const { page, close } = await launchBrowser({ profileDir });
  const answered = new Map<string, number>();
  page.on('response', (response) => answered.set(response.url().slice(site.url.length), response.status()));
  await openApp(page, site.url);
  await page.getByRole('button', { name: 'Look around with a sample' }).click();
  await goTo(page, 'library');
  await page.getByLabel('Add a folder').setInputFiles(folder);
  await expect(page.getByText('Tide table').first()).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText(/files? added/).first()).toBeVisible({ timeout: 60_000 });
  const turn = await askAnew(page, 'Which step does the spring tide reach?');
  await turn
    .getByRole('button', { name: /^(?:Open source|Source) 1/ })
    .first()
    .click();
  const canvas = sourcePanel(page).locator('canvas').first();
  await expect(canvas).toBeVisible({ timeout: 30_000 });
  await expect.poll(() => canvas.evaluate(inkedPixels), { timeout: 30_000 }).toBeGreaterThan(100);
  const fonts = [...answered].filter(([path]) => path.startsWith('pdfjs/standard_fonts/'));
  expect(fonts.length).toBeGreaterThan(0);
  expect(new Set(fonts.map(([, status]) => status))).toEqual(new Set([200]));

  const statuses = await page.evaluate(async (siteUrl) => {
    const listed = (await (await fetch(`${siteUrl}later-files.json`)).json()) as readonly (readonly [string, string])[];
    const files = listed.map(async ([path, integrity]) => (await fetch(siteUrl + path, { integrity })).status);
    return [...new Set(await Promise.all(files))];
  }, site.url);
  expect(statuses).toEqual([200]);
  await close();
  rmSync(folder, { recursive: true });
});

test('a second phase that broke off goes on at the next start with what is missing', async ({ profileDir }) => {
  const incomplete = linkBuild({ without: 'pdfjs' });
  const first = await launchBrowser({ profileDir });
  let site = await startStaticServer({ root: incomplete, base: BASE });
  await openApp(first.page, site.url);
  const { url, port } = site;
  await expect
    .poll(async () => (await missingFiles(first.page, url)).every((path) => path.startsWith('pdfjs/')), {
      timeout: 60_000,
    })
    .toBe(true);
  const missing = await missingFiles(first.page, url);
  expect(missing.length).toBe(filesBelow(join(BUILD_DIR, 'pdfjs')));
  await first.close();
  await site.close();

  const served: string[] = [];
  site = await startStaticServer({ root: BUILD_DIR, base: BASE, port, onServed: (path) => served.push(path) });
  const second = await launchBrowser({ profileDir });
  await openApp(second.page, url);
  await untilComplete(second.page, url);
  expect(new Set(served.filter((path) => path.startsWith('pdfjs/')))).toEqual(new Set(missing));
  expect(served.filter((path) => /read-pdf|passphrase-strength/.test(path))).toEqual([]);
  await second.close();
  await site.close();
  rmSync(incomplete, { recursive: true });
});

test('a file that is not what was built is neither used nor kept', async ({ browserApp: { page } }) => {
  const overlay = mkdtempSync(join(tmpdir(), 'commonplace-other-'));
  mkdirSync(join(overlay, 'cmaps'));
  writeFileSync(join(overlay, 'cmaps', 'UniGB-UCS2-H.bcmap'), 'not what was built');
  const site = await startStaticServer({ root: BUILD_DIR, base: BASE, overlays: { 'pdfjs/': overlay } });
  await openApp(page, site.url);
  const path = 'pdfjs/cmaps/UniGB-UCS2-H.bcmap';
  const outcome = await page.evaluate(
    (url) =>
      fetch(url).then(
        ({ status }) => String(status),
        () => 'refused',
      ),
    site.url + path,
  );
  expect(outcome).toBe('refused');
  expect(await missingFiles(page, site.url)).toContain(path);
  await site.close();
  rmSync(overlay, { recursive: true });
});

/** Pixels of a canvas that are far from white. Runs in the page. */
function inkedPixels(element: Element): number {
  if (!(element instanceof HTMLCanvasElement)) return 0;
  const { data } = element.getContext('2d')?.getImageData(0, 0, element.width, element.height) ?? {};
  let count = 0;
  for (let at = 0; data !== undefined && at < data.length; at += 4) {
    if ((data[at + 3] ?? 0) > 128 && (data[at] ?? 255) < 128) count++;
  }
  return count;
}

function filesBelow(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;
}
