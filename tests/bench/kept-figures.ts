import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Figure } from './figure.ts';
import type { MeasuredMachine } from './machine.ts';

/** Figures that were measured in one run, and where. */
export interface MeasuredRun {
  readonly machine: MeasuredMachine;
  readonly figures: readonly Figure[];
}

/**
 * Adds a run to those kept in `path`, a JSON line for each machine and each figure, and returns all. What was measured
 * again takes the place of what was there, so that a long benchmark can be run part by part.
 */
export function keepFigures(path: string, run: MeasuredRun): MeasuredRun[] {
  const again = new Set(run.figures.map(partOf));
  const runs = [...readRuns(path), run].map((kept) => ({
    ...kept,
    figures: kept === run ? kept.figures : kept.figures.filter((figure) => !again.has(partOf(figure))),
  }));
  const left = runs.filter(({ figures }) => figures.length > 0);
  const lines = left.flatMap(({ machine, figures }) => [{ bench: 'machine', ...machine }, ...figures]);
  writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return left;
}

/** What is measured as a whole: a part of the benchmark, in a contest over one set of data. */
function partOf({ bench, n, distribution = '' }: Figure): string {
  return bench === 'search' ? `${bench} ${n} ${distribution}` : `${bench} ${distribution}`;
}

function readRuns(path: string): MeasuredRun[] {
  if (!existsSync(path)) return [];
  const runs: { machine: MeasuredMachine; figures: Figure[] }[] = [];
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (line === '') continue;
    const entry = JSON.parse(line) as Figure | ({ readonly bench: 'machine' } & MeasuredMachine);
    if (entry.bench === 'machine') {
      const { bench: _, ...machine } = entry;
      runs.push({ machine, figures: [] });
    } else {
      runs.at(-1)?.figures.push(entry);
    }
  }
  return runs;
}
