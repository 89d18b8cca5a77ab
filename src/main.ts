import { mount } from 'svelte';
import { boot, type BootOutcome } from './platform/pwa/boot.ts';
import { completeShellWhenIdle } from './platform/pwa/complete-shell.ts';
import { captureInstallPrompt } from './platform/pwa/install-prompt.ts';
import { restrictScriptUrls } from './platform/pwa/trusted-types.ts';
import App from './ui/App.svelte';

const siteUrl = new URL('./', document.baseURI).href;
restrictScriptUrls(siteUrl);
captureInstallPrompt();

// The development server has neither the built service worker nor its policy.
const outcome: BootOutcome = import.meta.env.DEV
  ? { kind: 'ready', isIsolated: globalThis.crossOriginIsolated, connectSources: [] }
  : await boot(siteUrl, import.meta.url);

const target = document.getElementById('app');
if (target === null) throw new Error('index.html has no element with the id "app".');
target.replaceChildren();
mount(App, { target, props: { boot: outcome } });
if (import.meta.env.PROD && outcome.kind === 'ready') completeShellWhenIdle();
