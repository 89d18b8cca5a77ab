import { expect, openApp, test } from './fixtures/app.ts';

/*
 * The page must not trust that its security policy is in force, since extensions and odd browsers can take it away. Here
 * Chromium is told to ignore it, as a developer can.
 */
test('nothing is made or opened in a page whose policy is not enforced', async ({
  site,
  browserApp: { context, page },
}) => {
  await openApp(page, site.url);
  const session = await context.newCDPSession(page);
  await session.send('Page.setBypassCSP', { enabled: true });
  await page.reload();

  const create = page.getByRole('button', { name: 'Create my library' });
  // One reload, in case the page had only slipped past the service worker; then no more.
  const isReloaded = page.waitForEvent('load');
  await create.click();
  await isReloaded;
  await create.click();
  await expect(page.getByRole('heading', { name: 'Commonplace cannot open here' })).toBeVisible();
  await expect(page.getByText('cannot send data to strangers has failed')).toBeVisible();

  await session.send('Page.setBypassCSP', { enabled: false });
  await page.reload();
  await create.click();
  await expect(page.getByRole('heading', { name: 'Choose a passphrase' })).toBeVisible();
  await page.getByRole('button', { name: 'Back' }).click();
  await page.getByRole('button', { name: 'Look around with a sample' }).click();
  await expect(page.getByLabel('Your question')).toBeVisible();
});
