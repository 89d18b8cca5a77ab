import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import type { Page } from '@playwright/test';
import { type ScreenName, SCREEN_NAMES, tour } from '../tests/e2e/fixtures/tour.ts';
import { indexedPng } from './indexed-png.ts';

/**
 * Takes a picture of every screen of the production build, on a desktop and on a phone, light and dark, into
 * `docs/screenshots/`. Usage: `npm run build && npm run screenshots -- [--out DIR] [--device desktop|phone] [screen…]`
 */
const DEVICES = {
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true },
} as const;
const COLOR_SCHEMES = ['light', 'dark'] as const;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string', default: join(import.meta.dirname, '../docs/screenshots') },
    device: { type: 'string' },
  },
});
const unknown = positionals.filter((name) => !SCREEN_NAMES.some((known) => known === name));
if (unknown.length > 0) {
  process.stderr.write(`There is no screen ${unknown.join(', ')}. There are: ${SCREEN_NAMES.join(', ')}.\n`);
  process.exit(2);
}
mkdirSync(values.out, { recursive: true });

for (const [device, options] of Object.entries(DEVICES)) {
  if (values.device !== undefined && values.device !== device) continue;
  // Nothing moves while a picture is taken.
  await tour({ ...options, reducedMotion: 'reduce' }, (name, page) => takePictures(device, name, page));
}

async function takePictures(device: string, name: ScreenName, page: Page): Promise<void> {
  if (positionals.length > 0 && !positionals.includes(name)) return;
  for (const colorScheme of COLOR_SCHEMES) {
    await page.emulateMedia({ colorScheme });
    // Nothing looks hovered.
    await page.mouse.move(0, 0);
    const picture = indexedPng(await page.screenshot({ animations: 'disabled', caret: 'hide' }));
    const fileName = `${name}-${device}-${colorScheme}.png`;
    writeFileSync(join(values.out, fileName), picture);
    process.stdout.write(`${String(Math.round(picture.length / 1024)).padStart(5)} KB  ${fileName}\n`);
  }
  await page.emulateMedia({ colorScheme: 'light' });
}
