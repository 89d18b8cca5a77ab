import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { startOpenAiServer } from '../fixtures/openai-server/start-openai-server.ts';
import { expect, launchBrowser, openApp, serveApp, test } from './fixtures/app.ts';
import { writeDemoFolder } from './fixtures/demo-folder.ts';
import { ask, composer, createLibrary, goTo, importFolder, PASSPHRASE, setUpProvider } from './fixtures/person.ts';
import { SCREEN_NAMES, tour } from './fixtures/tour.ts';

/*
 * Every screen, as a desktop and as a phone shows it, in light and in dark, looked through by axe; then what axe cannot
 * see: that the keyboard alone is enough and its focus is always visible, that nothing moves for who asked for
 * stillness, and that a screen reader is told of a finished answer once.
 */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

const DEVICES = {
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true },
} as const;

for (const [device, options] of Object.entries(DEVICES)) {
  test(`axe finds nothing wrong on any screen of a ${device}, light or dark`, async () => {
    test.setTimeout(400_000);
    const visited = new Set<string>();
    const findings: string[] = [];
    await tour({ ...options, reducedMotion: 'reduce' }, async (name, page) => {
      visited.add(name);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
        for (const { id, nodes } of violations) {
          const places = nodes.map(({ target, failureSummary }) => `${target.join(' ')} (${failureSummary ?? ''})`);
          findings.push(`${name}, ${colorScheme}: ${id}: ${places.join('; ')}`);
        }
      }
      await page.emulateMedia({ colorScheme: 'light' });
    });
    expect(findings).toEqual([]);
    expect([...visited].sort()).toEqual([...SCREEN_NAMES].sort());
  });
}

test('the main path needs nothing but the keyboard, and its focus is always visible', async ({
  site,
  browserApp: { page },
}) => {
  await openApp(page, site.url);
  await pressTo(page, page.getByRole('button', { name: 'Create my library' }), 'Enter');
  await pressTo(page, page.getByLabel('Passphrase', { exact: true }));
  await page.keyboard.type(PASSPHRASE);
  await pressTo(page, page.getByLabel('Passphrase again'));
  await page.keyboard.type(PASSPHRASE);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Keep your recovery code' })).toBeVisible();
  const code = (await page.getByRole('group', { name: 'Recovery code' }).textContent())?.trim() ?? '';
  await pressTo(page, page.getByLabel('To confirm that you kept it'));
  await page.keyboard.type(code.split('-').at(-1) ?? '');
  await page.keyboard.press('Enter');
  await expect(composer(page)).toBeVisible();

  // The system's own file dialog is out of a test's reach; that its button is in reach is not.
  await pressTo(page, page.getByRole('button', { name: 'Add files' }));
  const folder = mkdtempSync(join(tmpdir(), 'commonplace-folder-'));
  writeDemoFolder(join(folder, 'Lighthouse'), { logDays: 3 });
  await importFolder(page, join(folder, 'Lighthouse'));
  rmSync(folder, { recursive: true });

  await page.keyboard.press('Control+Shift+O');
  await expect(composer(page)).toBeFocused();
  await page.keyboard.type('How long does a full wind of the clockwork last?');
  await page.keyboard.press('Enter');
  const turn = page.getByRole('article').last();
  await expect(turn).toContainText('four hours and twenty minutes');

  const citation = turn.getByRole('button', { name: /^Source 1/ }).first();
  await pressTo(page, citation, 'Enter', { isBackwards: true });
  const panel = page.getByRole('complementary', { name: 'Source' });
  await expect(panel.locator('mark').first()).toBeVisible();
  await expect(panel.locator(':focus')).toHaveCount(1);
  await page.keyboard.press('Escape');
  await expect(panel).toHaveCount(0);
  await expect(citation).toBeFocused();

  await runFromPalette(page, 'settings');
  await expect(page.getByRole('heading', { name: 'Settings', level: 1 })).toBeVisible();
  await pressTo(page, page.getByRole('link', { name: 'Appearance' }), 'Enter');
  await pressTo(page, page.getByRole('radio', { name: 'As the system' }));
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await runFromPalette(page, 'lock the');
  await expect(page.getByRole('heading', { name: 'Your library is locked' })).toBeVisible();
  await expect(page.getByLabel('Passphrase', { exact: true })).toBeFocused();
});

test('nothing moves for a person who asked for less motion', async ({ profileDir, site }) => {
  const { context, page } = await launchBrowser({ profileDir, reducedMotion: 'reduce' });
  await openApp(page, site.url);
  const moving = (): Promise<readonly string[]> =>
    page.evaluate(() =>
      document.getAnimations().flatMap((animation) => {
        const { duration, iterations } = animation.effect?.getComputedTiming() ?? {};
        const lastsMs = Number(duration ?? 0) * (iterations ?? 1);
        return lastsMs > 10 ? [`${animation.constructor.name} of ${lastsMs} ms`] : [];
      }),
    );
  await page.getByRole('button', { name: 'Look around with a sample' }).click();
  await expect(page.getByRole('heading', { name: 'What would you like to know?' })).toBeVisible();
  expect(await moving()).toEqual([]);
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox', { name: 'Find or do anything' })).toBeFocused();
  expect(await moving()).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  const turn = await ask(page, 'How long does a full wind of the clockwork last?');
  await turn
    .getByRole('button', { name: /^Source 1/ })
    .first()
    .click();
  expect(await moving()).toEqual([]);
  await context.close();
});

test('a screen reader is told of an answer once, when it has ended', async ({ profileDir }) => {
  const folder = mkdtempSync(join(tmpdir(), 'commonplace-folder-'));
  const site = await serveApp();
  const provider = await startOpenAiServer();
  const { context, page } = await launchBrowser({ profileDir });
  writeDemoFolder(join(folder, 'Lighthouse'), { logDays: 3 });
  await openApp(page, site.url);
  await createLibrary(page);
  await importFolder(page, join(folder, 'Lighthouse'));
  await setUpProvider(page, provider.url, 'test-model', 'sk-test');
  await goTo(page, 'ask');
  await expect(composer(page)).toBeVisible();

  await page.evaluate(() => {
    const said: string[] = [];
    (globalThis as { said?: string[] }).said = said;
    new MutationObserver((records) => {
      for (const { target } of records) {
        const element = target instanceof Element ? target : target.parentElement;
        const live = element?.closest('[role="status"], [role="alert"], [aria-live="polite"], [aria-live="assertive"]');
        const text = live?.textContent?.trim() ?? '';
        if (text !== '' && said.at(-1) !== text) said.push(text);
      }
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  provider.script({ answer: 'A full wind lasts four hours and twenty minutes [1]. '.repeat(40), deltasPerSecond: 400 });
  const turn = await ask(page, 'How long does a full wind of the clockwork last?');
  await expect(turn).toContainText('four hours and twenty minutes');
  const said = (): Promise<readonly string[]> =>
    page.evaluate(() => (globalThis as { said?: readonly string[] }).said ?? []);
  await expect.poll(said).toEqual(['Answer finished, with 1 source.']);

  await context.close();
  await site.close();
  await provider.close();
  rmSync(folder, { recursive: true });
});

async function runFromPalette(page: Page, words: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox', { name: 'Find or do anything' })).toBeFocused();
  await page.keyboard.type(words);
  await page.keyboard.press('Enter');
}

/** Walks with Tab to an element, checks that each stop on the way shows its focus, and presses a key there. */
async function pressTo(
  page: Page,
  target: Locator,
  key?: string,
  { isBackwards = false }: { readonly isBackwards?: boolean } = {},
): Promise<void> {
  await expect(target).toBeVisible();
  for (let stops = 0; !(await target.evaluate((element) => element === document.activeElement)); stops++) {
    expect(stops, 'stops of the Tab key').toBeLessThan(60);
    await page.keyboard.press(isBackwards ? 'Shift+Tab' : 'Tab');
    expect(await hiddenFocus(page)).toBeUndefined();
  }
  if (key !== undefined) await page.keyboard.press(key);
}

/** The focused element, if nothing around it shows that it has the focus. */
function hiddenFocus(page: Page): Promise<string | undefined> {
  return page.evaluate(() => {
    const focused = document.activeElement;
    if (focused === null || focused === document.body) return undefined;
    const isOutlined = (element: Element): boolean => {
      const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(element);
      return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1 && !outlineColor.endsWith(', 0)');
    };
    // Radio buttons and fields may show it on the card around or right after them.
    const around = [
      focused,
      focused.parentElement,
      focused.nextElementSibling,
      focused.closest('.card, .field, .filter'),
    ];
    const isShown = around.some((element) => element !== null && (isOutlined(element) || hasFocusBorder(element)));
    return isShown ? undefined : focused.outerHTML.slice(0, 200);

    function hasFocusBorder(element: Element): boolean {
      const focusColor = getComputedStyle(document.documentElement).getPropertyValue('--focus').trim();
      const probe = document.createElement('i');
      probe.style.color = focusColor;
      document.body.append(probe);
      const wanted = getComputedStyle(probe).color;
      probe.remove();
      return getComputedStyle(element).borderTopColor === wanted;
    }
  });
}
