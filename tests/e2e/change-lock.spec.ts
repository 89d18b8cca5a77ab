import { AxeBuilder } from '@axe-core/playwright';
import { PASSPHRASE as WORDS, RECOVERY, UNLOCK } from '../../src/ui/text/locked.ts';
import { LOCK, PRIVACY } from '../../src/ui/text/settings.ts';
import { expect, openApp, test } from './fixtures/app.ts';
import { createLibrary, goTo, PASSPHRASE } from './fixtures/person.ts';

const NEW_PASSPHRASE = 'harbour violin eleven copper thistle moon';

/* The passphrase and the recovery code can be changed by who knows one of them; what was replaced opens nothing more. */
test('a new passphrase and a new recovery code open the library, the old ones do not', async ({
  site,
  browserApp: { page },
}) => {
  await openApp(page, site.url);
  const oldCode = await createLibrary(page);
  await goTo(page, 'settings/privacy');

  await page.getByRole('button', { name: LOCK.changePassphrase }).click();
  const dialog = page.getByRole('dialog', { name: LOCK.changePassphrase });
  const fill = async (label: string, text: string): Promise<void> => {
    await dialog.getByLabel(label, { exact: true }).fill(text);
  };
  await fill(LOCK.currentPassphrase, 'something else altogether');
  await fill(LOCK.newPassphrase, 'too short');
  await fill(WORDS.repeatLabel, 'too short');
  await dialog.getByRole('button', { name: LOCK.change }).click();
  await expect(dialog.getByText(/could be guessed/)).toBeVisible();
  await fill(LOCK.newPassphrase, NEW_PASSPHRASE);
  await fill(WORDS.repeatLabel, NEW_PASSPHRASE);
  await dialog.getByRole('button', { name: LOCK.change }).click();
  await expect(dialog.getByText(UNLOCK.wrongPassphrase)).toBeVisible();
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag22aa']).analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
  await fill(LOCK.currentPassphrase, PASSPHRASE);
  await dialog.getByRole('button', { name: LOCK.change }).click();
  await expect(page.getByText(LOCK.changed)).toBeVisible();

  await page.getByRole('button', { name: LOCK.renewCode }).click();
  const renewing = page.getByRole('dialog', { name: LOCK.renewCode });
  await renewing.getByLabel(LOCK.currentPassphrase, { exact: true }).fill(NEW_PASSPHRASE);
  await renewing.getByRole('button', { name: LOCK.renew, exact: true }).click();
  const newCode = (await renewing.getByRole('group', { name: RECOVERY.codeLabel }).textContent())?.trim() ?? '';
  expect(newCode).not.toBe(oldCode);
  await renewing.getByRole('button', { name: LOCK.kept }).click();
  await page.getByRole('button', { name: PRIVACY.lockNow }).click();

  const secret = page.locator('input');
  const attempt = async (text: string): Promise<void> => {
    await secret.fill(text);
    await page.getByRole('button', { name: 'Unlock' }).click();
  };
  await attempt(PASSPHRASE);
  await expect(page.getByText(UNLOCK.wrongPassphrase)).toBeVisible();
  await page.getByRole('button', { name: UNLOCK.useCode }).click();
  await attempt(oldCode);
  await expect(page.getByText(UNLOCK.wrongCode)).toBeVisible();
  await attempt(newCode);
  await page.getByRole('button', { name: PRIVACY.lockNow }).click();
  await attempt(NEW_PASSPHRASE);
  await expect(page.getByRole('navigation').first()).toBeVisible();
});
