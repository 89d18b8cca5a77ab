import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, openApp, test } from './fixtures/app.ts';
import { askAnew, createLibrary, importFolder } from './fixtures/person.ts';

/*
 * Why this? Each result of a search and each source of an answer tells how it came to its place, to the mouse and to the
 * keyboard; a condition in a question is kept to, and one that nothing meets is named.
 */
test('each result and each source tells why it is there', async ({ site, browserApp: { page } }) => {
  test.setTimeout(240_000);
  const folder = mkdtempSync(join(tmpdir(), 'commonplace-why-'));
  writeFileSync(
    join(folder, 'lamp.md'),
    '---\ntags: [light]\n---\n# The lamp\n\nA full wind of the lamp lasts four hours and twenty minutes.\n',
  );
  writeFileSync(
    join(folder, 'soup.md'),
    '# Fish soup\n\nSimmer the heads for twenty minutes, then strain the broth.\n',
  );
  writeFileSync(join(folder, 'bread.md'), '# Bread\n\nLet the dough rest for twenty minutes before it is baked.\n');
  for (let n = 1; n <= 8; n++) {
    writeFileSync(
      join(folder, `note-${n}.md`),
      `# Watch ${n}\n\nKeeper ${n} counts the minutes of watch ${n} by the bell.\n`,
    );
  }
  await openApp(page, site.url);
  await createLibrary(page);
  await importFolder(page, folder);

  await test.step('a search result', async () => {
    await page.keyboard.press('ControlOrMeta+k');
    const field = page.getByRole('combobox', { name: 'Find or do anything' });
    await field.fill('how many minutes the lamp lasts');
    await expect(page.getByRole('option').filter({ hasText: 'A full wind' })).toBeVisible({ timeout: 20_000 });
    const found = page.getByRole('option').filter({ hasText: 'A full wind' });
    while ((await found.getAttribute('aria-selected')) !== 'true') await field.press('ArrowDown');
    const why = page.getByRole('button', { name: 'Why this?' });
    await expect(why).toHaveAttribute('aria-expanded', 'false');
    await why.press('Enter');
    await expect(why).toHaveAttribute('aria-expanded', 'true');
    const told = page.getByRole('dialog').locator('dl');
    await expect(told).toContainText('Words found');
    await expect(told).toContainText('lamp');
    await expect(told).toContainText('place 1');
    await expect(told).toContainText('Just below');
    await expect(told).toContainText('ms in all');
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag22aa']).analyze();
      expect(
        violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join('; ')}`),
      ).toEqual([]);
    }
    await field.fill('minutes tag:astronomy');
    await expect(page.getByText('Nothing in your library is tagged “astronomy”')).toBeVisible({ timeout: 20_000 });
    await page.keyboard.press('Escape');
  });

  await test.step('a source of an answer, on a phone', async () => {
    const turn = await askAnew(page, 'How long does a full wind of the lamp last? tag:light');
    await page.setViewportSize({ width: 390, height: 844 });
    const sources = turn.getByText('Why these sources?');
    await sources.focus();
    await page.keyboard.press('Enter');
    const first = turn.locator('details.why details').first();
    await first.locator('summary').click();
    await expect(first.locator('dl')).toContainText('Words found');
    await expect(first.locator('dl')).toContainText('place 1');
    const isWider = await page.evaluate(
      () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
    );
    expect(isWider).toBe(false);
    await expect(turn.getByText('The lamp').first()).toBeVisible();
    await expect(turn.getByText('Fish soup')).toHaveCount(0);
  });
  rmSync(folder, { recursive: true });
});
