import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from '@playwright/test';
import type { StageTimings } from '../../src/domain/hit.ts';
import { CHUNKER_VERSION } from '../../src/engine/chunking/chunk-document.ts';
import { BUILT_IN_MODEL_ID, findModel, modelKey } from '../../src/platform/compute/models.ts';
import { findBrowser } from '../../scripts/find-browser.mjs';
import { percentile, spread, type Figure } from './figure.ts';
import type { BenchRun } from './groups/bench-run.ts';
import type { AskedTimes, ColdStart } from './page/measure-coldstart.ts';

/** What the product promises, from the derived key to the first result by words and meaning. */
const LIMITS_MS: Readonly<Record<number, number>> = { 100_000: 500, 1_000_000: 3000 };
const QUERY_P50_LIMIT_MS = 10;
/** A third each: asked at once with the model made ready before, with it loaded meanwhile, and by words alone. */
const OPENINGS = 15;
const QUERIES = 100;
/** Exact rows in memory while queries are timed: all of a hundred thousand chunks. */
const EXACT_MEGABYTES = 512;

/**
 * Opening an encrypted library on disk: written once through the product's own segment writer, then opened again and again in
 * a fresh page, and asked. The browser keeps its data in a folder, as a person's does, so that it comes from the disk, or
 * from what the operating system still holds of it.
 */
export async function benchColdStart(run: BenchRun, sizes: readonly number[]): Promise<void> {
  const model = findModel(BUILT_IN_MODEL_ID);
  const profile = mkdtempSync(join(tmpdir(), 'commonplace-coldstart-'));
  const executablePath = findBrowser();
  const context = await chromium.launchPersistentContext(profile, {
    ...(executablePath !== undefined && { executablePath }),
    chromiumSandbox: process.getuid?.() !== 0,
    args: ['--disable-gpu', '--disable-background-networking', '--unlimited-storage'],
  });
  try {
    const page = await context.newPage();
    page.on('pageerror', (error) => process.stderr.write(`${error.message}\n`));
    const fresh = async (): Promise<Page> => {
      await page.goto(run.siteUrl);
      await page.waitForFunction(() => 'openColdStart' in globalThis && crossOriginIsolated);
      return page;
    };
    const request = { model, siteUrl: run.siteUrl };
    for (const n of sizes) {
      const library = { ...request, chunkCount: n, modelKey: modelKey(model, CHUNKER_VERSION) };
      const filled = { rowCount: 0 };
      await run.add(`writing an encrypted library of ${n} chunks`, async () => {
        const { buildMs, rowCount } = await (
          await fresh()
        ).evaluate((r) => openColdStart().fillColdLibrary(r), library);
        filled.rowCount = rowCount;
        const note = `${rowCount} rows of ${model.dimensions} dimensions; embedded, indexed, sealed and stored`;
        return [
          { bench: 'coldstart', name: 'library written', n, buildMs, chunksPerSecond: (n * 1000) / buildMs, note },
        ];
      });
      await run.add(`opening ${n} chunks`, async () => {
        const openings: ColdStart[] = [];
        for (let at = 0; at < (run.isQuick ? 3 : OPENINGS); at++) {
          const asking = { ...request, isByWords: at % 3 === 1, isMadeReady: at % 3 === 0 };
          openings.push(await (await fresh()).evaluate((r) => openColdStart().measureColdStart(r), asking));
        }
        return openingFigures(openings, n, model.dimensions);
      });
      if (n > 100_000) continue;
      await run.add(`asking ${n} chunks`, async () => {
        const asking = { ...request, queryCount: run.isQuick ? 10 : QUERIES, exactMegabytes: EXACT_MEGABYTES };
        return askingFigures(await (await fresh()).evaluate((r) => openColdStart().measureAsking(r), asking), n);
      });
    }
    await (await fresh()).evaluate(() => openColdStart().deleteColdLibrary());
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

function openingFigures(openings: readonly ColdStart[], n: number, dims: number): Figure[] {
  const figure = (
    name: string,
    of: (opening: ColdStart) => number | undefined,
    more: Partial<Figure> = {},
  ): Figure => ({
    bench: 'coldstart',
    name,
    n,
    dims,
    ...spread(openings.map(of).filter((ms) => ms !== undefined)),
    ...more,
  });
  const limit = LIMITS_MS[n];
  const hits = percentile(
    openings.map((opening) => opening.hits),
    0.5,
  );
  return [
    figure('key to index open', (opening) => opening.openMs),
    figure('key to first result by words', (opening) => opening.firstWordsMs),
    figure('key to model ready, loaded meanwhile', (opening) => (opening.isMadeReady ? undefined : opening.modelMs)),
    figure(
      'key to first hybrid result, texts read',
      (opening) => (opening.isMadeReady ? opening.firstHybridMs : undefined),
      {
        ...(limit !== undefined && { limit }),
        note: `${hits} hits; the model was loaded while the passphrase was typed; ${openings.length / 3} openings`,
      },
    ),
    figure(
      'key to first hybrid result, model loaded meanwhile',
      (opening) => (opening.isMadeReady ? undefined : opening.firstHybridMs),
      { ...(limit !== undefined && { limit }), note: `${hits} hits; ${openings.length / 3} openings` },
    ),
    ...STAGES.map(({ name, stage }) =>
      figure(`of the first hybrid result: ${name}`, (opening) =>
        opening.isMadeReady ? opening.stages?.[stage] : undefined,
      ),
    ),
    figure('key to all documents known', (opening) => opening.wholeMs),
    figure('key to exact rows in', (opening) => opening.exactMs, { note: 'as many as the budget holds' }),
  ];
}

function askingFigures(times: AskedTimes, n: number): Figure[] {
  const figure = (name: string, samples: readonly number[], more: Partial<Figure> = {}): Figure => ({
    bench: 'coldstart',
    name,
    n,
    ...spread(samples),
    ...more,
  });
  const note = `${times.coldMs.length} queries through the whole read path`;
  return [
    figure('hybrid query, cold', times.coldMs, {
      limit: QUERY_P50_LIMIT_MS,
      note: `${note}; every text read and decrypted; p95 is to be 25 ms at most`,
    }),
    figure('hybrid query, warm', times.warmMs, { note: `${note}; texts in memory` }),
    figure('hybrid query, hot', times.hotMs, { note: 'answer kept from before' }),
    figure('of a cold query: reading and decrypting', times.coldReadMs),
    ...STAGES.map(({ name, stage }) =>
      figure(
        `of a warm query: ${name}`,
        times.stages.map((timings) => timings[stage] ?? 0),
      ),
    ),
  ];
}

const STAGES: readonly { readonly name: string; readonly stage: keyof StageTimings }[] = [
  { name: 'embedding', stage: 'embedMs' },
  { name: 'words', stage: 'lexicalMs' },
  { name: 'vectors', stage: 'denseMs' },
  { name: 'fusing', stage: 'fuseMs' },
  { name: 'aligning', stage: 'alignMs' },
  { name: 'variety', stage: 'diversifyMs' },
  { name: 'reading', stage: 'readMs' },
];
