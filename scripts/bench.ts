// Measures the product in headless Chromium:
//   npm run bench -- [--json] [--quick] [--write] [--only PART,…] [--rivals none|fast|strong|all] [--sizes N,…]
//     [--distributions NAME,…] [--contestants NAME;…]
// Parts: extract, embed, seal, scan, query, search, words, coldstart, app, size. --quick: small numbers, to see that it
// runs; its figures say little. --json: one figure a line. --write: also writes docs/benchmarks.md, from these figures
// and, for what was not measured now, those of docs/benchmarks.jsonl. --rivals: other people's libraries in search and
// words; fast, the default, leaves out those that build for more than half a minute, strong takes the quickest of them in. --sizes: vectors in search, passages
// in words, chunks in coldstart (where 1000000 takes minutes and 4 GB of disk). --distributions, --contestants: only
// these in search, the latter by how their names begin. Builds the app first if there is no
// build. Real files, texts and models are used where COMMONPLACE_MATERIAL (default ../shared) has them.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium, type Page } from '@playwright/test';
import { format, resolveConfig } from 'prettier';
import { build } from 'vite';
import { DEFAULT_SETTINGS } from '../src/domain/settings.ts';
import {
  prepareStaticModel,
  prepareTransformer,
  realFiles,
  writeImportFolder,
  writeMadeFiles,
} from '../tests/bench/bench-materials.ts';
import { compileInt8Scan } from '../tests/bench/contest/compile-int8-scan.ts';
import { measureApp } from '../tests/bench/drive-app.ts';
import { benchEmbed } from '../tests/bench/groups/embed.ts';
import { RIVAL_CHOICES, type BenchRun } from '../tests/bench/groups/bench-run.ts';
import { benchColdStart } from '../tests/bench/coldstart.ts';
import { benchSearch } from '../tests/bench/groups/search.ts';
import { benchWords } from '../tests/bench/groups/words.ts';
import { installRivals } from '../tests/bench/install-rivals.ts';
import type { Figure } from '../tests/bench/figure.ts';
import { keepFigures } from '../tests/bench/kept-figures.ts';
import { describeMachine } from '../tests/bench/machine.ts';
import { renderDocument, renderTable } from '../tests/bench/report.ts';
import { BUILD_DIR } from '../tests/e2e/fixtures/app.ts';
import { MATERIAL_DIR } from '../tests/fixtures/material.ts';
import { isolationHeaders } from '../workers/service-worker/security-policy.ts';
import { findBrowser } from './find-browser.mjs';
import { startStaticServer } from './static-server.mjs';

const ROOT = join(import.meta.dirname, '..');
const PARTS = ['extract', 'embed', 'seal', 'scan', 'query', 'search', 'words', 'coldstart', 'app', 'size'] as const;
type Part = (typeof PARTS)[number];

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    only: { type: 'string' },
    rivals: { type: 'string', default: 'fast' },
    sizes: { type: 'string' },
    distributions: { type: 'string' },
    contestants: { type: 'string' },
  },
});
const { quick } = options;
const rivals = RIVAL_CHOICES.find((choice) => choice === options.rivals);
if (rivals === undefined) throw new Error(`--rivals is one of ${RIVAL_CHOICES.join(', ')}.`);
const sizes = options.sizes?.split(',').map(Number);
const wanted = new Set(options.only === undefined ? PARTS : options.only.split(','));
const wants = (part: Part): boolean => wanted.has(part);
/** Left free by the app in a model's window for the headings that go before a chunk. */
const TOKENS_FOR_HEADINGS = 40;

const figures: Figure[] = [];
const workDir = mkdtempSync(join(tmpdir(), 'commonplace-bench-'));
const executablePath = findBrowser();
if (executablePath === undefined) throw new Error('No Chromium was found. Set CHROME_PATH to one.');
try {
  progress('building');
  await buildAll();
  const machineBefore = describeMachine();
  const { name, model, folder: modelsFolder } = prepareStaticModel(join(workDir, 'models'));
  const browserVersion = await withBenchPage(modelsFolder, async (freshPage, siteUrl) => {
    const toUrl = (path: string): string => new URL(path.split('/').map(encodeURIComponent).join('/'), siteUrl).href;
    const run: BenchRun = { freshPage, siteUrl, modelsFolder, workDir, isQuick: quick, rivals, add };
    if (wants('extract')) {
      const groups = [...writeMadeFiles(workDir, quick ? 2 : 8, quick ? 20 : 200), ...realFiles(quick ? 4 : 60)];
      for (const group of groups) {
        const request = { name: group.name, urls: group.paths.map(toUrl), chunking: DEFAULT_SETTINGS.chunking };
        await add(`reading ${group.name}`, async () =>
          (await freshPage()).evaluate((r) => bench.measureExtraction(r), request),
        );
      }
    }
    if (wants('embed')) {
      const request = { name, model, siteUrl, textCount: quick ? 32 : 512, runs: quick ? 1 : 5 };
      await add(`embedding with ${name}`, async () =>
        (await freshPage()).evaluate((r) => bench.measureEmbedding(r), request),
      );
      const transformer = prepareTransformer(join(workDir, 'models'));
      const slower = { ...transformer, siteUrl, textCount: quick ? 16 : 64, runs: quick ? 1 : 3 };
      await add(`embedding with ${slower.name}`, async () =>
        (await freshPage()).evaluate((r) => bench.measureEmbedding(r), slower),
      );
      await benchEmbed(run);
    }
    if (wants('search')) {
      await benchSearch(run, sizes ?? (quick ? [2000] : [10_000, 100_000, 1_000_000]), {
        distributions: options.distributions?.split(','),
        contestants: options.contestants?.split(';'),
      });
    }
    if (wants('coldstart')) await benchColdStart(run, sizes ?? (quick ? [2000] : [10_000, 100_000]));
    if (wants('words')) await benchWords(run, sizes?.[0] ?? (quick ? 2000 : 100_000));
    if (wants('seal')) {
      await add('sealing', async () =>
        (await freshPage()).evaluate((r) => bench.measureSealing(r), { commits: quick ? 3 : 32 }),
      );
    }
    if (wants('scan')) {
      for (const dimensions of [64, 384]) {
        const request = { rowCount: quick ? 1000 : 10_000, dimensions, runs: quick ? 20 : 200 };
        await add('scanning', async () => (await freshPage()).evaluate((r) => bench.measureScans(r), request));
      }
    }
    if (wants('query')) {
      const request = { model, siteUrl, chunkCount: quick ? 500 : 10_000, queryCount: quick ? 10 : 200 };
      await add('asking', async () => (await freshPage()).evaluate((r) => bench.measureQueries(r), request));
    }
    if (wants('app')) {
      await add('deriving keys', async () =>
        (await freshPage()).evaluate((r) => bench.measureDerivation(r), { runs: quick ? 2 : 10 }),
      );
    }
  });
  if (wants('app')) {
    const maxTokens = Math.min(DEFAULT_SETTINGS.chunking.maxTokens, model.maxTokens - TOKENS_FOR_HEADINGS);
    const chunking = { ...DEFAULT_SETTINGS.chunking, maxTokens };
    const folder = join(workDir, 'import');
    const { paths, chunkCount } = await writeImportFolder(folder, quick ? 20 : 300, quick ? 6 : 36, chunking);
    const derivationMs = figures.find((figure) => figure.name === 'key derivation')?.p50Ms ?? 0;
    const run = { files: paths, chunkCount, modelsFolder, unlocks: quick ? 1 : 7, derivationMs };
    await add('using the app', () => measureApp(run));
  }
  if (wants('size')) await add('weighing', async () => [measureSize()]);

  const machine = { ...machineBefore, browser: browserVersion, loadAfter: describeMachine().load, isQuick: quick };
  if (options.json) process.stdout.write(`${JSON.stringify({ bench: 'machine', ...machine })}\n`);
  else process.stdout.write(renderTable(figures, machine));
  if (options.write) {
    const path = join(ROOT, 'docs/benchmarks.md');
    const style = await resolveConfig(path);
    const runs = keepFigures(join(ROOT, 'docs/benchmarks.jsonl'), { machine, figures });
    writeFileSync(path, await format(renderDocument(runs), { ...style, filepath: path }));
  }
} finally {
  rmSync(workDir, { recursive: true, force: true });
}

function progress(what: string): void {
  process.stderr.write(`${what} …\n`);
}

async function add(what: string, measure: () => Promise<readonly Figure[]>): Promise<void> {
  progress(what);
  for (const measured of await measure()) {
    const figure = { ...measured, load: Math.round(describeMachine().load * 10) / 10 };
    figures.push(figure);
    if (options.json) process.stdout.write(`${JSON.stringify(figure)}\n`);
  }
}

async function buildAll(): Promise<void> {
  if ((wants('app') || wants('size')) && !existsSync(join(BUILD_DIR, 'index.html'))) {
    // In a process of its own: the app's configuration reads the environment when it is loaded.
    const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
    execFileSync(process.execPath, [vite, 'build', '--outDir', BUILD_DIR], { cwd: ROOT, stdio: ['ignore', 2, 2] });
  }
  const outDir = join(workDir, 'page');
  await build({ configFile: join(ROOT, 'tests/bench/vite.bench.config.ts'), build: { outDir } });
  if (wants('search')) await compileInt8Scan(join(outDir, 'int8-scan.wasm'));
  if (rivals === 'none' || !(wants('search') || wants('words') || wants('embed'))) return;
  installRivals();
  if (!wants('search') && !wants('words')) return;
  const rivalsDir = join(outDir, 'rivals');
  await build({ configFile: join(ROOT, 'tests/bench/vite.rivals.config.ts'), build: { outDir: rivalsDir } });
}

/** Serves the bench's page cross-origin isolated, for threads, and hands it over with the site's address. */
async function withBenchPage(
  modelsFolder: string,
  measure: (freshPage: () => Promise<Page>, siteUrl: string) => Promise<void>,
): Promise<string> {
  const server = await startStaticServer({
    root: join(workDir, 'page'),
    headers: isolationHeaders(),
    overlays: {
      'models/bench/': join(workDir, 'models/bench'),
      'models/commonplace/': join(ROOT, 'public/models/commonplace'),
      'models/': modelsFolder,
      'made/': join(workDir, 'made'),
      'material/': MATERIAL_DIR,
    },
  });
  const browser = await chromium.launch({
    ...(executablePath !== undefined && { executablePath }),
    chromiumSandbox: process.getuid?.() !== 0,
    args: [
      '--disable-gpu',
      '--disable-background-networking',
      // Memory is measured after a collection and at once, rather than some time after.
      '--enable-blink-features=ForceEagerMeasureMemory',
    ],
  });
  try {
    // A new process each time: what one measurement leaves behind in the compiler and the heap must not reach the next.
    const freshPage = async (): Promise<Page> => {
      for (const context of browser.contexts()) await context.close();
      const page = await (await browser.newContext()).newPage();
      page.on('console', (message) => {
        if (message.type() === 'info') progress(`  ${message.text()}`);
      });
      page.on('pageerror', (error) => process.stderr.write(`${error.message}\n`));
      await page.goto(server.url);
      await page.waitForFunction(() => 'bench' in globalThis && crossOriginIsolated);
      return page;
    };
    await measure(freshPage, server.url);
    return browser.version();
  } finally {
    await browser.close();
    await server.close();
  }
}

function measureSize(): Figure {
  const script = join(ROOT, 'scripts/size.mjs');
  let output: string;
  try {
    output = execFileSync(process.execPath, [script, '--root', BUILD_DIR, '--json'], { encoding: 'utf8' });
  } catch (error) {
    // It fails over its budget, having printed the figure all the same.
    output = error instanceof Error && 'stdout' in error ? String(error.stdout) : '';
    if (output === '') throw error;
  }
  const { sizeBytes, budgetBytes } = JSON.parse(output) as { readonly sizeBytes: number; readonly budgetBytes: number };
  return { bench: 'size', name: 'first-load JavaScript, gzip', n: 1, bytes: sizeBytes, limit: budgetBytes };
}
