import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { CHAT } from '../../src/ui/text/chat.ts';
import { LIBRARY } from '../../src/ui/text/library.ts';
import { CREATE, PASSPHRASE, RECOVERY, UNLOCK, WELCOME } from '../../src/ui/text/locked.ts';
import { launchBrowser, openApp, serveApp } from '../e2e/fixtures/app.ts';
import { spread, type Figure } from './figure.ts';
import { MadeText } from './made-text.ts';
import { traceMainThread, type TracedTask } from './main-thread-trace.ts';

declare global {
  /** Tasks of 50 ms or more on the page's main thread, and when the first file was handed over. */
  var benchTasks: { longTasks: { startMs: number; durationMs: number }[]; importStartedAt: number };
}

export interface AppRun {
  /** Paths on disk of the files to import. */
  readonly files: readonly string[];
  readonly chunkCount: number;
  readonly modelsFolder: string;
  readonly unlocks: number;
  /** What a key derivation takes on this machine, measured apart. */
  readonly derivationMs: number;
}

const PASSPHRASE_TEXT = 'seven quiet lanterns above the harbour wall';
const IMPORT_TIMEOUT_MS = 900_000;
const LONG_TASK_LIMIT_MS = 50;

/** The production build as a person uses it: a first visit, a library, an import, and coming back to it. */
export async function measureApp(run: AppRun): Promise<Figure[]> {
  const profileDir = mkdtempSync(join(tmpdir(), 'commonplace-bench-'));
  const site = await serveApp({ modelsFolder: run.modelsFolder });
  const browser = await launchBrowser({ profileDir });
  try {
    const { page } = browser;
    await page.addInitScript(observeLongTasks);
    await openApp(page, site.url);
    await createLibrary(page);
    const importing = await importFiles(page, run);
    return [...importing, ...(await measureUnlocking(page, run))];
  } finally {
    await browser.close();
    await site.close();
    rmSync(profileDir, { recursive: true, force: true, maxRetries: 5 });
  }
}

function observeLongTasks(): void {
  globalThis.benchTasks = { longTasks: [], importStartedAt: Infinity };
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) {
      benchTasks.longTasks.push({ startMs: startTime, durationMs: duration });
    }
  }).observe({ type: 'longtask', buffered: true });
  document.addEventListener(
    'change',
    ({ target }) => {
      const isFirst = benchTasks.importStartedAt === Infinity;
      if (isFirst && target instanceof HTMLInputElement && target.type === 'file') {
        benchTasks.importStartedAt = performance.now();
      }
    },
    { capture: true },
  );
}

async function createLibrary(page: Page): Promise<void> {
  await page.getByRole('button', { name: WELCOME.create }).click();
  await page.getByLabel(PASSPHRASE.label, { exact: true }).fill(PASSPHRASE_TEXT);
  await page.getByLabel(PASSPHRASE.repeatLabel, { exact: true }).fill(PASSPHRASE_TEXT);
  await page.getByRole('button', { name: CREATE.continue }).click();
  const code = await page.getByLabel(RECOVERY.codeLabel, { exact: true }).textContent({ timeout: 60_000 });
  await page.getByLabel(RECOVERY.confirmLabel).fill(code?.trim().split('-').at(-1) ?? '');
  await page.getByRole('button', { name: RECOVERY.continue }).click();
}

async function importFiles(page: Page, { files, chunkCount }: AppRun): Promise<Figure[]> {
  await page.evaluate(() => (location.hash = '#/library'));
  const picker = page.locator(`input[type="file"][aria-label="${LIBRARY.addFiles}"]`).first();
  await picker.waitFor({ state: 'attached', timeout: 60_000 });
  const { tasks, result: endedAt } = await traceMainThread(page, async () => {
    await picker.setInputFiles([...files]);
    await page.getByText(/\d+ files? added/).waitFor({ timeout: IMPORT_TIMEOUT_MS });
    return page.evaluate(() => performance.now());
  });
  const { longTasks, importStartedAt } = await page.evaluate(() => benchTasks);
  const tookMs = endedAt - importStartedAt;
  const before = longTasks.filter(({ startMs }) => startMs < importStartedAt);
  const during = longTasks.filter(({ startMs }) => startMs >= importStartedAt);
  return [
    {
      bench: 'import',
      name: 'files end to end, until found by meaning',
      n: files.length,
      filesPerSecond: (files.length * 1000) / tookMs,
      chunksPerSecond: (chunkCount * 1000) / tookMs,
      note: `${chunkCount} chunks in ${(tookMs / 1000).toFixed(1)} s`,
    },
    longest('longest task at start-up, before the import', before),
    { ...longest('longest task while importing', during), limit: LONG_TASK_LIMIT_MS },
    { ...busiest('the same in processor time, from a trace', tasks), limit: LONG_TASK_LIMIT_MS },
  ];
}

function longest(name: string, tasks: readonly { readonly durationMs: number }[]): Figure {
  const maxMs = Math.max(0, ...tasks.map(({ durationMs }) => durationMs));
  const note = tasks.length === 0 ? 'none of 50 ms or more' : `${tasks.length} of 50 ms or more`;
  return { bench: 'main-thread', name, n: tasks.length, maxMs, note };
}

function busiest(name: string, tasks: readonly TracedTask[]): Figure {
  const processorMs = tasks.map((task) => task.processorMs);
  const { p50Ms, p95Ms } = spread(processorMs.filter((ms) => ms >= 1));
  const maxMs = processorMs.reduce((most, ms) => Math.max(most, ms), 0);
  const long = processorMs.filter((ms) => ms >= LONG_TASK_LIMIT_MS).length;
  const note = `${tasks.length} tasks, ${long} of 50 ms or more; of those over 1 ms, half take less than ${p50Ms.toFixed(1)} ms, 95 % less than ${p95Ms.toFixed(1)} ms`;
  return { bench: 'main-thread', name, n: long, maxMs, note };
}

async function measureUnlocking(page: Page, { unlocks, derivationMs, chunkCount }: AppRun): Promise<Figure[]> {
  const made = new MadeText(41);
  const openMs: number[] = [];
  const answerMs: number[] = [];
  const longTasks: { durationMs: number }[] = [];
  for (let run = 0; run < unlocks; run++) {
    await page.evaluate(() => (location.hash = '#/ask'));
    await page.reload();
    await page.getByLabel(PASSPHRASE.label, { exact: true }).fill(PASSPHRASE_TEXT, { timeout: 60_000 });
    await page.getByRole('button', { name: UNLOCK.unlock, exact: true }).waitFor();
    const took = await page.evaluate(unlockAndAsk, {
      question: made.words(6),
      fieldLabel: CHAT.composerLabel,
      sendLabel: CHAT.send,
      endings: [CHAT.quotesNote, CHAT.nothing],
    });
    openMs.push(took.openMs);
    answerMs.push(took.answerMs);
    longTasks.push(...took.longTasks);
  }
  const note = `${chunkCount} chunks; slowest ${Math.round(Math.max(...answerMs))} ms`;
  return [
    { bench: 'unlock', name: 'passphrase to question field', n: unlocks, ...spread(openMs) },
    { bench: 'unlock', name: 'passphrase to first results on screen', n: unlocks, ...spread(answerMs), note },
    {
      bench: 'unlock',
      name: 'the same without key derivation',
      n: unlocks,
      ...spread(answerMs.map((ms) => ms - derivationMs)),
    },
    longest('longest task while unlocking and asking', longTasks),
  ];
}

interface Asking {
  readonly question: string;
  readonly fieldLabel: string;
  readonly sendLabel: string;
  readonly endings: readonly string[];
}

/** Runs in the page: submits the passphrase and asks as soon as there is a field, as nobody could by hand. */
async function unlockAndAsk({ question, fieldLabel, sendLabel, endings }: Asking): Promise<{
  openMs: number;
  answerMs: number;
  longTasks: { durationMs: number }[];
}> {
  const until = async <T>(find: () => T | null | undefined | false): Promise<T> => {
    for (;;) {
      const found = find();
      if (found !== null && found !== undefined && found !== false) return found;
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  };
  const startedAt = performance.now();
  document.querySelector('form')?.requestSubmit();
  const field = await until(() => document.querySelector<HTMLTextAreaElement>(`textarea[aria-label="${fieldLabel}"]`));
  const openedAt = performance.now();
  field.value = question;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  const send = await until(() =>
    document.querySelector<HTMLButtonElement>(`button[aria-label="${sendLabel}"]:not(:disabled)`),
  );
  send.click();
  await until(() => endings.some((ending) => document.body.textContent.includes(ending)));
  const endedAt = performance.now();
  const longTasks = benchTasks.longTasks.filter(({ startMs }) => startMs >= startedAt);
  return { openMs: openedAt - startedAt, answerMs: endedAt - startedAt, longTasks };
}
