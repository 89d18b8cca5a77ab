import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { LIBRARY } from '../../src/ui/text/library.ts';
import { expect, launchBrowser, openApp, serveApp, test } from './fixtures/app.ts';
import { READ_PLAINLY, READ_WITH_A_WARNING, REFUSED, writeBadFiles } from './fixtures/bad-files.ts';
import { askAnew, createLibrary, goTo, importFolder, sourcePanel, unlock } from './fixtures/person.ts';

/*
 * A folder in which nearly everything is wrong: each file that cannot be read says why and what to do, each that can
 * be read is found, none keeps another from being read, and the app goes on working, also after a reload.
 */
test('every bad file says what is wrong with it, and the good ones beside it are found', async ({ profileDir }) => {
  const folder = mkdtempSync(join(tmpdir(), 'commonplace-bad-'));
  writeBadFiles(folder);
  const site = await serveApp();
  const browser = await launchBrowser({ profileDir });
  const { page } = browser;
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.setDefaultTimeout(20_000);
  await openApp(page, site.url);
  await createLibrary(page);
  await importFolder(page, folder);

  await test.step('the end of the import counts them', async () => {
    const added = READ_WITH_A_WARNING.length + READ_PLAINLY.length;
    const text = `${added} files added; ${REFUSED.length} could not be read.`;
    await expect(page.getByRole('region', { name: LIBRARY.importing }).getByText(text)).toBeVisible();
  });

  for (const { title, says } of [...REFUSED, ...READ_WITH_A_WARNING]) {
    await test.step(title, async () => expect(rowOf(page, title)).toContainText(says));
  }

  await test.step('the whole message can be read in the details', async () => {
    await rowOf(page, 'sealed.pdf')
      .getByRole('button', { name: /^Details/ })
      .click();
    const details = page.getByRole('dialog');
    await expect(details).toContainText(/protected with a password.*save a copy without a password/s);
    await page.keyboard.press('Escape');
    await expect(details).toHaveCount(0);
  });

  await test.step('what could be read is found', async () => {
    for (const { question, fact } of [...READ_WITH_A_WARNING, ...READ_PLAINLY]) {
      const turn = await askAnew(page, question);
      await expect(turn).toContainText(fact);
      await turn
        .getByRole('button', { name: /^source 1\b/i })
        .first()
        .click();
      await expect(sourcePanel(page)).toContainText(fact);
      await page.keyboard.press('Escape');
    }
  });

  await test.step('a mended copy of a file takes its place', async () => {
    writeFileSync(join(folder, 'nothing.md'), '# Something\n\nThe sluice keeper was called Ottilie.\n');
    await goTo(page, 'library');
    await page.getByLabel(LIBRARY.addFolder).setInputFiles(folder);
    await expect(rowOf(page, 'Something')).toBeVisible();
    await expect(rowOf(page, 'nothing.md')).toHaveCount(0);
    await expect(await askAnew(page, 'What was the sluice keeper called?')).toContainText('called Ottilie');
  });

  await test.step('after a reload the reasons still stand', async () => {
    await page.reload();
    await unlock(page);
    await goTo(page, 'library');
    for (const { title, says } of REFUSED.filter(({ title }) => !['nothing.md', 'huge.txt'].includes(title))) {
      await expect(rowOf(page, title)).toContainText(says);
    }
  });

  expect(problems).toEqual([]);
  expect(await browser.close()).toEqual([new URL(site.url).origin]);
  await site.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The line of a file in the library. */
function rowOf(page: Page, title: string): Locator {
  const details = page.getByRole('button', { name: LIBRARY.detailsOf(title) });
  return page.getByRole('list', { name: LIBRARY.title }).getByRole('listitem').filter({ has: details });
}
