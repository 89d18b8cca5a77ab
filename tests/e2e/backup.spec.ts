import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { BACKUP, RESTORE } from '../../src/ui/text/backup.ts';
import { DELETE_VAULT, WELCOME } from '../../src/ui/text/locked.ts';
import { PRIVACY } from '../../src/ui/text/settings.ts';
import { expect, launchBrowser, openApp, test } from './fixtures/app.ts';
import { ask, askAnew, composer, createLibrary, goTo, importFolder, PASSPHRASE, unlock } from './fixtures/person.ts';

async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag22aa']).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join('; ')}`)).toEqual(
    [],
  );
}

async function readBackup(page: Page, path: string, passphrase: string): Promise<void> {
  await page.getByLabel(RESTORE.pick).setInputFiles(path);
  await page.getByLabel(RESTORE.passphrase, { exact: true }).fill(passphrase);
  await page.getByRole('button', { name: RESTORE.read }).click();
}

/*
 * A backup is made, and brings the library back on a device that has none, and in the place of a library that has changed;
 * a damaged file and a wrong passphrase change nothing.
 */
test('a library goes into one file and comes back from it', async ({ profileDir, site }) => {
  test.setTimeout(300_000);
  const folder = mkdtempSync(join(tmpdir(), 'commonplace-backup-e2e-'));
  const notes = join(folder, 'notes');
  const more = join(folder, 'more');
  for (const [dir, name, text] of [
    [notes, 'lamp.md', '# The lamp\n\nA full wind of the lamp lasts four hours and twenty minutes.\n'],
    [more, 'soup.md', '# Fish soup\n\nSimmer the heads for twenty minutes, then strain the broth.\n'],
  ] as const) {
    mkdirSync(dir);
    writeFileSync(join(dir, name), text);
  }
  const question = 'How long does a full wind of the lamp last?';
  const file = join(folder, 'library.kvx');

  const first = await launchBrowser({ profileDir });
  const { page } = first;
  await openApp(page, site.url);
  await createLibrary(page);
  await importFolder(page, notes);
  await askAnew(page, question);
  await expect(page.getByText(BACKUP.noneShort)).toBeVisible();

  await test.step('backing up', async () => {
    // The system's own dialog cannot be pressed here: without it the file is a download.
    await page.evaluate(() => Reflect.deleteProperty(window, 'showSaveFilePicker'));
    await goTo(page, 'settings/privacy');
    await expect(page.getByText(BACKUP.none)).toBeVisible();
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: BACKUP.make }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toMatch(/^commonplace-\d{4}-\d\d-\d\d\.kvx$/);
    await download.saveAs(file);
    await expect(page.getByText(/The backup is complete and was read back/)).toBeVisible();
    await expect(page.getByText(BACKUP.age('today'))).toBeVisible();
    await expectAccessible(page);
    const bytes = readFileSync(file);
    expect(bytes.includes('lamp')).toBe(false);
  });

  await test.step('in the place of a library that has changed since', async () => {
    await importFolder(page, more);
    await goTo(page, 'settings/privacy');
    await page.getByRole('button', { name: RESTORE.open }).click();
    const dialog = page.getByRole('dialog', { name: RESTORE.title });
    const broken = join(folder, 'broken.kvx');
    writeFileSync(broken, readFileSync(file).subarray(0, -100));
    await readBackup(page, broken, PASSPHRASE);
    await expect(page.getByText(/This backup is damaged or was cut off/)).toBeVisible();
    await readBackup(page, file, 'not the passphrase');
    await expect(dialog.getByText(RESTORE.wrong)).toBeVisible();
    await readBackup(page, file, PASSPHRASE);
    await expect(dialog.getByText(RESTORE.holds(1, 1))).toBeVisible();
    await expect(dialog).toContainText(RESTORE.onlyHere);
    await expect(dialog).toContainText('Fish soup');
    await expectAccessible(page);
    await dialog.getByRole('button', { name: RESTORE.cancel }).click();
    await goTo(page, 'library');
    await expect(page.getByText('Fish soup').first()).toBeVisible();

    await goTo(page, 'settings/privacy');
    await page.getByRole('button', { name: RESTORE.open }).click();
    await readBackup(page, file, PASSPHRASE);
    await dialog.getByRole('button', { name: RESTORE.replace }).click();
    await unlock(page);
    await goTo(page, 'library');
    await expect(page.getByText('The lamp').first()).toBeVisible();
    await expect(page.getByText('Fish soup')).toHaveCount(0);
    const databases = await page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
    expect(databases.filter((name) => /^commonplace-[0-9a-f]{16}$/.test(name ?? ''))).toHaveLength(1);
    expect(databases).not.toContain('commonplace');
  });
  expect(new Set(await first.close())).toEqual(new Set([new URL(site.url).origin]));

  await test.step('on a device that has no library', async () => {
    const otherProfile = mkdtempSync(join(tmpdir(), 'commonplace-backup-profile-'));
    const second = await launchBrowser({ profileDir: otherProfile });
    await openApp(second.page, site.url);
    await second.page.getByRole('button', { name: WELCOME.restore }).click();
    await readBackup(second.page, file, PASSPHRASE);
    await second.page.getByRole('button', { name: RESTORE.place }).click();
    await unlock(second.page);
    await expect(second.page.getByText(BACKUP.age('today'))).toBeVisible();
    await second.page.getByText(question).first().click();
    await expect(composer(second.page)).toBeVisible();
    const turn = await ask(second.page, question);
    await expect(turn).toContainText('four hours and twenty minutes');
    // What an interrupted restore has left goes with the library, and is not taken for one.
    await second.page.evaluate(async () => {
      const left = await new Promise<IDBDatabase>((resolve, reject) => {
        const opening = indexedDB.open('commonplace-0123456789abcdef', 1);
        opening.onsuccess = () => resolve(opening.result);
        opening.onerror = () => reject(opening.error ?? new Error('It did not open.'));
      });
      left.close();
    });
    await goTo(second.page, 'settings/privacy');
    await second.page.getByRole('button', { name: PRIVACY.deleteButton }).click();
    await second.page.getByLabel(DELETE_VAULT.confirmLabel).fill(DELETE_VAULT.confirmWord);
    await second.page.getByRole('button', { name: DELETE_VAULT.confirm, exact: true }).click();
    await expect(second.page.getByRole('button', { name: WELCOME.create })).toBeVisible({ timeout: 20_000 });
    const left = await second.page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
    expect(left).not.toContain('commonplace-0123456789abcdef');
    await second.close();
    rmSync(otherProfile, { recursive: true });
  });
  rmSync(folder, { recursive: true });
});
