// Scores the production build with Lighthouse as a desktop sees it: `node scripts/run-ts.mjs scripts/lighthouse.ts [--json]`
// Lighthouse is no dependency: npx fetches the version named here into npm's own cache. Fails below the floor.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { findBrowser } from './find-browser.mjs';
import { startStaticServer } from './static-server.mjs';

const VERSION = '13.5.0';
const CATEGORIES = ['performance', 'accessibility', 'best-practices'] as const;
const FLOOR = 0.95;
const RUNS = 3;
const FIGURES = ['first-contentful-paint', 'largest-contentful-paint', 'total-blocking-time', 'speed-index'] as const;

interface Report {
  readonly categories: Readonly<Record<string, { readonly score: number | null }>>;
  readonly audits: Readonly<Record<string, { readonly score: number | null; readonly numericValue?: number }>>;
}

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
const root = process.env['OUT_DIR'] ?? join(import.meta.dirname, '../dist');
const folder = mkdtempSync(join(tmpdir(), 'commonplace-lighthouse-'));
const chromePath = findBrowser();
if (chromePath === undefined) throw new Error('No Chromium was found. Set CHROME_PATH to one.');

const site = await startStaticServer({ root, base: '/library/' });
try {
  const reports: Report[] = [];
  for (let run = 0; run < RUNS; run++) reports.push(await score(join(folder, `${run}.json`)));
  report(reports);
} finally {
  await site.close();
  rmSync(folder, { recursive: true, force: true });
}

async function score(outputPath: string): Promise<Report> {
  const flags = ['--headless=new', '--no-first-run', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
  const lighthouse = spawn(
    'npx',
    [
      '--yes',
      `lighthouse@${VERSION}`,
      site.url,
      '--preset=desktop',
      `--only-categories=${CATEGORIES.join(',')}`,
      '--output=json',
      `--output-path=${outputPath}`,
      '--quiet',
      `--chrome-flags=${flags.join(' ')}`,
    ],
    { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, CHROME_PATH: chromePath } },
  );
  const status = await new Promise<number | null>((resolve, reject) => {
    lighthouse.once('error', reject).once('exit', resolve);
  });
  if (status !== 0) throw new Error(`Lighthouse ended with status ${status}.`);
  return JSON.parse(readFileSync(outputPath, 'utf8')) as Report;
}

/** Prints medians, which one slow run does not move. */
function report(reports: readonly Report[]): void {
  let isBelow = false;
  for (const name of CATEGORIES) {
    const scores = reports.map(({ categories }) => categories[name]?.score ?? 0);
    const middle = median(scores);
    isBelow ||= middle < FLOOR;
    print({ bench: 'lighthouse', name, n: RUNS, score: middle, worst: Math.min(...scores), floor: FLOOR });
  }
  for (const name of FIGURES) {
    const p50Ms = median(reports.map(({ audits }) => audits[name]?.numericValue ?? Infinity));
    print({ bench: 'lighthouse', name, n: RUNS, p50Ms: Math.round(p50Ms) });
  }
  const weak = Object.entries(reports[0]?.audits ?? {}).filter(([, { score: value }]) => value !== null && value < 0.9);
  if (!values.json) process.stdout.write(`Audits below 0.9 in the first run: ${weak.map(([id]) => id).join(', ')}\n`);
  if (isBelow) process.exitCode = 1;
}

function print(figure: Readonly<Record<string, string | number>>): void {
  const { bench: _, name, n, ...rest } = figure;
  const text = Object.entries(rest).map(([key, value]) => `${key} ${value}`);
  process.stdout.write(values.json ? `${JSON.stringify(figure)}\n` : `${name} (${n} runs): ${text.join(', ')}\n`);
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}
