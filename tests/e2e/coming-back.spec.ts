import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { CHAT } from '../../src/ui/text/chat.ts';
import { LIBRARY } from '../../src/ui/text/library.ts';
import { stateNotice } from '../../src/ui/text/source.ts';
import { expect, launchBrowser, openApp, serveApp, test } from './fixtures/app.ts';
import { ask, askAnew, createLibrary, goTo, importFolder, sourcePanel, unlock } from './fixtures/person.ts';
import { SeenEvents } from './fixtures/seen-events.ts';

/*
 * A week later: conversations are listed by what was asked, found by what was said, renamed and deleted, and stand as
 * they were left after the browser was closed. A file that comes again unchanged does nothing; one that has changed
 * takes the old one's place, only what is new in it is worked on, and old citations say that their source has changed.
 */

const PARTS = ['cellar', 'attic', 'garden', 'kitchen'];

test('conversations and files are as they were left, and a changed file takes the place of the old', async ({
  profileDir,
}) => {
  const folder = mkdtempSync(join(tmpdir(), 'commonplace-back-'));
  const site = await serveApp();
  writeHouse(folder, 'by the north wall');
  writeFileSync(join(folder, 'boat.md'), '# The boat\n\nThe boat was tarred by Emrys before Easter.\n');

  const first = await launchBrowser({ profileDir });
  first.page.setDefaultTimeout(20_000);
  await openApp(first.page, site.url);
  await createLibrary(first.page);
  await importFolder(first.page, folder);
  await expect(await askAnew(first.page, 'Where do the quinces stand?')).toContainText('by the north wall');
  await expect(await ask(first.page, 'Who tarred the boat?')).toContainText('tarred by Emrys');
  await expect(await askAnew(first.page, 'Where is the lamp oil kept?')).toContainText('in the attic');
  await askAnew(first.page, 'When was the boat tarred?');

  await test.step('conversations are listed, searched, renamed and deleted', async () => {
    const { page } = first;
    await expect(conversationLinks(page)).toHaveCount(3);
    await page.getByRole('searchbox', { name: CHAT.searchConversations }).fill('emrys quinces');
    await expect(conversationLinks(page)).toHaveText(['Where do the quinces stand?']);
    await page.getByRole('searchbox', { name: CHAT.searchConversations }).fill('');
    await expect(conversationLinks(page)).toHaveCount(3);

    await page.getByRole('link', { name: 'Where is the lamp oil kept?' }).hover();
    await page.getByRole('button', { name: `${CHAT.rename}: Where is the lamp oil kept?` }).click();
    await page.getByLabel(CHAT.renameLabel).fill('Lamp oil');
    await page.getByLabel(CHAT.renameLabel).press('Enter');
    await expect(page.getByRole('link', { name: 'Lamp oil' })).toBeVisible();

    await page.getByRole('link', { name: 'When was the boat tarred?' }).hover();
    const remove = page.getByRole('button', { name: `${CHAT.delete}: When was the boat tarred?` });
    await remove.click();
    const dialog = page.getByRole('dialog', { name: CHAT.deleteTitle });
    await dialog.getByRole('button', { name: CHAT.keep }).click();
    await expect(conversationLinks(page)).toHaveCount(3);
    await page.getByRole('link', { name: 'When was the boat tarred?' }).hover();
    await remove.click();
    await dialog.getByRole('button', { name: CHAT.delete }).click();
    await expect(conversationLinks(page)).toHaveCount(2);
  });
  const contacted = await first.close();

  const second = await launchBrowser({ profileDir });
  const seen = await SeenEvents.on(second.context);
  const { page } = second;
  page.setDefaultTimeout(20_000);
  await openApp(page, site.url);
  await unlock(page);

  await test.step('in a browser started anew all is as it was left', async () => {
    await expect(conversationLinks(page)).toHaveText(['Lamp oil', 'Where do the quinces stand?']);
    await page.getByRole('link', { name: 'Where do the quinces stand?' }).click();
    await expect(page.getByRole('article')).toHaveCount(2);
    await expect(page.getByRole('article').first()).toContainText('by the north wall');
    await expect(page.getByRole('article').last()).toContainText('tarred by Emrys');
  });

  await test.step('the same files again change nothing', async () => {
    await drop(page, folder);
    await expect(page.getByText('0 files added; 2 already there, unchanged.')).toBeVisible();
    expect(seen.pathsWith('staged')).toEqual([]);
    expect(seen.pathsWith('unchanged')).toHaveLength(2);
  });

  await test.step('of a changed file only what is new is worked on, and answers come from it', async () => {
    writeHouse(folder, 'beside the well');
    await drop(page, folder);
    await expect(page.getByText('1 file added; 1 already there, unchanged.')).toBeVisible();
    const [read] = seen.events.filter(({ type }) => type === 'searchable');
    expect(read?.chunkCount).toBeGreaterThan(2);
    expect(read?.reusedCount, 'passages whose vectors were kept').toBe((read?.chunkCount ?? 0) - 1);
    await expect(await askAnew(page, 'Where do the quinces stand now?')).toContainText('beside the well');
  });

  await test.step('a citation of the old text says that its source has changed, and shows it', async () => {
    await page.getByRole('link', { name: 'Where do the quinces stand?' }).click();
    const turn = page.getByRole('article').first();
    await expect(turn).toContainText('by the north wall');
    await turn
      .getByRole('button', { name: /^source 1\b/i })
      .first()
      .click();
    await expect(sourcePanel(page)).toContainText(stateNotice('changed-gone')?.text ?? '');
    await expect(sourcePanel(page).locator('mark').first()).toContainText('by the north wall');
    await page.keyboard.press('Escape');
  });

  await test.step('a citation of what the change left alone says so', async () => {
    await page.getByRole('link', { name: 'Lamp oil' }).click();
    // The conversation shown before goes only when this one is there.
    await expect(page.getByRole('article').first()).toContainText('in the attic');
    await page
      .getByRole('article')
      .getByRole('button', { name: /^source 1\b/i })
      .first()
      .click();
    await expect(sourcePanel(page)).toContainText(stateNotice('changed-found')?.text ?? '');
    await expect(sourcePanel(page).locator('mark').first()).toContainText('in the attic');
  });

  expect([...contacted, ...(await second.close())]).toEqual(Array(2).fill(new URL(site.url).origin));
  await site.close();
  rmSync(folder, { recursive: true, force: true });
});

function conversationLinks(page: Page): Locator {
  return page.getByRole('region', { name: 'Conversations' }).getByRole('link');
}

async function drop(page: Page, folder: string): Promise<void> {
  await goTo(page, 'library');
  await page.getByLabel(LIBRARY.addFolder).setInputFiles(folder);
}

/** A note of several parts; only the place of the quinces differs. */
function writeHouse(folder: string, place: string): void {
  const parts = PARTS.map((part) => {
    const filler = Array.from(
      { length: 12 },
      (_, line) => `In the ${part} there is shelf ${line}, with things that belong there.`,
    ).join(' ');
    const fact =
      part === 'garden'
        ? `The quinces stand ${place}.`
        : part === 'attic'
          ? 'The lamp oil is kept in the attic.'
          : `The ${part} is swept on Mondays.`;
    return `## The ${part}\n\n${fact}\n\n${filler}\n`;
  });
  writeFileSync(join(folder, 'house.md'), `# The house\n\n${parts.join('\n')}`);
}
