import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { NOTICES } from '../../src/ui/text/notices.ts';
import { BUILD_DIR, expect, launchBrowser, openApp, serveApp, test } from './fixtures/app.ts';
import { makeNextBuild } from './fixtures/next-build.ts';
import { untilComplete } from './fixtures/shell-cache.ts';

const FOREIGN_URL = 'https://egress-test.invalid/secret';

/** What the browser reports when the page tries `attempt`: the directive that refused it, or that it was let through. */
function refusalOf(page: Page, attempt: 'fetch' | 'image' | 'eval' | 'html' | 'frame' | 'form'): Promise<string> {
  return page.evaluate(
    async ({ kind, url }) => {
      const refused = new Promise<string>((resolve) => {
        document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective), {
          once: true,
        });
      });
      const element = document.createElement('div');
      const attempts = {
        fetch: () => fetch(url),
        image: () => (new Image().src = url),
        // In a task of its own: within this one the test tool has lifted the ban for itself.
        eval: () =>
          new Promise((resolve, reject) =>
            setTimeout(() => {
              try {
                resolve(new Function('return 1')());
              } catch (error) {
                reject(error);
              }
            }),
          ),
        html: () => (element.innerHTML = '<b>x</b>'),
        frame: () => document.body.append(Object.assign(document.createElement('iframe'), { src: url })),
        form: () => {
          const form = Object.assign(document.createElement('form'), { action: url, method: 'post' });
          document.body.append(form);
          form.submit();
        },
      };
      const tried = (async () => attempts[kind]())().then(
        () => 'allowed',
        () => 'threw',
      );
      const result = await Promise.race([refused, tried]);
      return result === 'threw' || result === 'allowed'
        ? Promise.race([refused, new Promise<string>((resolve) => setTimeout(resolve, 2000, result))])
        : result;
    },
    { kind: attempt, url: FOREIGN_URL },
  );
}

test('a first visit ends isolated and under the service worker, on a host that sends no headers', async ({
  site,
  browserApp: { page },
}) => {
  await openApp(page, site.url);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  expect(await page.evaluate(() => navigator.serviceWorker.controller?.scriptURL)).toBe(`${site.url}service-worker.js`);
});

test('the app opens offline, with the server gone and the browser started anew', async ({ profileDir }) => {
  const site = await serveApp();
  const first = await launchBrowser({ profileDir });
  await openApp(first.page, site.url);
  const heading = await first.page.locator('h1').first().textContent();
  await first.close();
  await site.close();

  const second = await launchBrowser({ profileDir });
  await openApp(second.page, site.url);
  expect(await second.page.locator('h1').first().textContent()).toBe(heading);
  expect(await second.page.evaluate(() => crossOriginIsolated)).toBe(true);
  await second.close();
});

test('the page can reach no foreign origin and can make neither code nor markup from text', async ({
  site,
  browserApp: { page },
}) => {
  await openApp(page, site.url);
  expect(await refusalOf(page, 'fetch')).toBe('connect-src');
  expect(await refusalOf(page, 'image')).toBe('img-src');
  expect(await refusalOf(page, 'eval')).toMatch(/script-src|trusted-types/);
  expect(await refusalOf(page, 'html')).toBe('require-trusted-types-for');
  expect(await refusalOf(page, 'frame')).toBe('frame-src');
  expect(await refusalOf(page, 'form')).toBe('form-action');
});

test('every worker script carries the policy of its job', async ({ site, browserApp: { page } }) => {
  await openApp(page, site.url);
  await untilComplete(page, site.url);
  const policies = await page.evaluate(async (siteUrl) => {
    const names = await caches.keys();
    const shell = await caches.open(names.find((name) => name.startsWith('commonplace-shell')) ?? '');
    const urls = (await shell.keys())
      .map(({ url }) => url.split('?')[0] ?? '')
      .filter((url) => url.includes('.worker-'));
    const entries = urls.map(async (url) => {
      const response = await fetch(url);
      return [
        url.slice(siteUrl.length).replace(/-[\w-]{8}\.js$/, ''),
        {
          connect: /connect-src ([^;]*)/.exec(response.headers.get('Content-Security-Policy') ?? '')?.[1],
          embedder: response.headers.get('Cross-Origin-Embedder-Policy'),
        },
      ] as const;
    });
    return Object.fromEntries(await Promise.all(entries));
  }, site.url);
  const embedder = 'require-corp';
  expect(policies).toMatchObject({
    'assets/core.worker': { connect: "'self'", embedder },
    'assets/embed.worker': { connect: "'self'", embedder },
    'assets/extract.worker': { connect: "'none'", embedder },
    'assets/search.worker': { connect: "'none'", embedder },
    'assets/kdf.worker': { connect: "'none'", embedder },
  });
});

test('page and core worker may reach the configured provider and nobody else', async ({
  site,
  browserApp: { page },
}) => {
  await openApp(page, site.url);
  await page.evaluate(async () => {
    const cache = await caches.open('commonplace-network-policy');
    const record = { providerOrigins: ['http://localhost:1', 'https://x.example; script-src *'], isHubAllowed: false };
    await cache.put(new URL('network-policy.json', document.baseURI), new Response(JSON.stringify(record)));
  });
  await page.reload();
  await openApp(page, site.url);
  await expect.poll(() => page.workers().some((worker) => worker.url().includes('core.worker'))).toBe(true);
  const coreWorker = page.workers().find((worker) => worker.url().includes('core.worker'));
  const policies = [
    await page.evaluate(policyInForce, FOREIGN_URL),
    await coreWorker?.evaluate(policyInForce, FOREIGN_URL),
  ];
  for (const policy of policies) {
    expect(policy).toContain("connect-src 'self' http://localhost:1;");
    expect(policy).not.toContain('x.example');
  }
});

test('an update waits to be accepted, leaves other tabs working, and tidies up behind them', async ({
  site,
  browserApp: { context, page },
}) => {
  const nextDir = mkdtempSync(join(tmpdir(), 'commonplace-next-build-'));
  try {
    await openApp(page, site.url);
    const otherTab = await context.newPage();
    await openApp(otherTab, site.url);
    await untilComplete(page, site.url);
    makeNextBuild(BUILD_DIR, nextDir);
    site.replaceRoot(nextDir);

    await page.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready;
      await registration.update();
    });
    await page.waitForFunction(async () => (await navigator.serviceWorker.ready).waiting !== null);
    await page.reload();
    await openApp(page, site.url);
    expect(await buildOf(page)).toBe('first');

    await page.getByRole('button', { name: NOTICES.updateApply }).click();
    await expect(page.locator('meta[name="build"]')).toHaveAttribute('content', 'next');
    await openApp(page, site.url);
    expect(await buildOf(page)).toBe('next');

    // The other tab was never reloaded: every script it may still ask for is the old build's, gone from the host.
    expect(await buildOf(otherTab)).toBe('first');
    const oldScripts = await shellScripts(otherTab, 0);
    const statuses = await otherTab.evaluate(
      (urls) => Promise.all(urls.map(async (url) => (await fetch(url)).status)),
      oldScripts,
    );
    expect(statuses.length).toBeGreaterThan(3);
    expect(new Set(statuses)).toEqual(new Set([200]));

    await otherTab.close();
    await expect
      .poll(async () => {
        // What is left over is looked for with each load of a page.
        await openApp(page, site.url);
        return shellCount(page);
      })
      .toBe(1);
  } finally {
    rmSync(nextDir, { recursive: true, force: true });
  }
});

test('the host and nobody else is contacted', async ({ profileDir, site }) => {
  const browser = await launchBrowser({ profileDir });
  await openApp(browser.page, site.url);
  await browser.page.reload();
  expect(await browser.close()).toEqual([new URL(site.url).origin]);
});

/** The policy that refused a request to `url`, as written. Runs in the page or in a worker. */
async function policyInForce(url: string): Promise<string> {
  const violation = new Promise<string>((resolve) => {
    globalThis.addEventListener(
      'securitypolicyviolation',
      (event) => {
        resolve(event.originalPolicy);
      },
      { once: true },
    );
  });
  await fetch(url).catch(() => undefined);
  return violation;
}

function buildOf(page: Page): Promise<string> {
  return page.evaluate(() => document.querySelector('meta[name="build"]')?.getAttribute('content') ?? 'first');
}

function shellCount(page: Page): Promise<number> {
  return page.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith('commonplace-shell')).length);
}

/** Addresses of the scripts of the `index`-th build kept on this device, oldest first. */
function shellScripts(page: Page, index: number): Promise<readonly string[]> {
  return page.evaluate(async (nth) => {
    const names = (await caches.keys()).filter((name) => name.startsWith('commonplace-shell'));
    const shell = await caches.open(names[nth] ?? '');
    return (await shell.keys()).map(({ url }) => url).filter((url) => /\/assets\/[^?]*\.js$/.test(url));
  }, index);
}
