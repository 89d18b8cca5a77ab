import { mount } from 'svelte';
import { boot, type BootOutcome } from './platform/pwa/boot.ts';
import { completeShellWhenIdle } from './platform/pwa/complete-shell.ts';
import { captureInstallPrompt } from './platform/pwa/install-prompt.ts';
import { readSiteConfig } from './platform/pwa/site-config.ts';
import { restrictScriptUrls } from './platform/pwa/trusted-types.ts';
import App from './ui/App.svelte';

const siteUrl = new URL('./', document.baseURI).href;
restrictScriptUrls(siteUrl);
captureInstallPrompt();

// The development server has neither the built service worker nor its policy.
const booted: BootOutcome | Promise<BootOutcome> = import.meta.env.DEV
  ? { kind: 'ready', isIsolated: globalThis.crossOriginIsolated }
  : boot(siteUrl, import.meta.url);
const [outcome, config] = await Promise.all([booted, readSiteConfig(siteUrl)]);

const target = document.getElementById('app');
if (target === null) throw new Error('index.html has no element with the id "app".');
target.replaceChildren();
mount(App, { target, props: { boot: outcome, config } });
if (import.meta.env.PROD && outcome.kind === 'ready') completeShellWhenIdle();
