import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { chromium } from '@playwright/test';
import { findBrowser } from './find-browser.mjs';

/**
 * Draws the PNG icons from `public/icons/favicon.svg`. Run it after changing the mark: `npm run icons`.
 * Maskable icons are cut to a circle by some launchers, so theirs fills the square and keeps the mark in the middle
 * four fifths (the safe zone of the Web App Manifest specification).
 */
const ICONS = [
  { name: 'icon-192.png', sizePx: 192, isMaskable: false },
  { name: 'icon-512.png', sizePx: 512, isMaskable: false },
  { name: 'icon-maskable-512.png', sizePx: 512, isMaskable: true },
] as const;

const folder = join(import.meta.dirname, '../public/icons');
const mark = readFileSync(join(folder, 'favicon.svg'), 'utf8');
const ground = /<rect[^>]*fill="([^"]+)"/.exec(mark)?.[1] ?? '#ffffff';

const executablePath = findBrowser();
if (executablePath === undefined) throw new Error('No Chromium was found. Set CHROME_PATH to one.');
const browser = await chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0 });
for (const { name, sizePx, isMaskable } of ICONS) {
  const page = await browser.newPage({ viewport: { width: sizePx, height: sizePx } });
  const source = `data:image/svg+xml;base64,${Buffer.from(mark).toString('base64')}`;
  const marginPx = isMaskable ? Math.round(sizePx * 0.08) : 0;
  await page.setContent(
    `<body style="margin:0;background:${isMaskable ? ground : 'transparent'}">` +
      `<img src="${source}" style="display:block;margin:${marginPx}px;width:${sizePx - 2 * marginPx}px"></body>`,
  );
  await page.locator('img').evaluate((image: HTMLImageElement) => image.decode());
  writeFileSync(join(folder, name), await page.screenshot({ omitBackground: true }));
  await page.close();
}
await browser.close();
