import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Judgements } from '../src/engine/metrics.ts';

export interface BeirCollection {
  readonly documents: readonly { readonly id: string; readonly title: string; readonly text: string }[];
  /** Questions that have judgements, in the file's order. */
  readonly queries: readonly { readonly id: string; readonly text: string; readonly judgements: Judgements }[];
}

/**
 * Reads a folder in the layout of BEIR (Thakur et al., 2021): corpus.jsonl, queries.jsonl (either may be .gz) and
 * qrels.tsv or qrels/test.tsv, with or without a header line. Throws an Error that names file and line.
 */
export function readBeir(folder: string): BeirCollection {
  const documents = readJsonLines(folder, 'corpus.jsonl').map((record) => ({
    id: textField(record, '_id'),
    title: textField(record, 'title'),
    text: textField(record, 'text'),
  }));
  const judgementsByQuery = readJudgements(folder);
  const queries: { id: string; text: string; judgements: Judgements }[] = [];
  for (const record of readJsonLines(folder, 'queries.jsonl')) {
    const id = textField(record, '_id');
    const judgements = judgementsByQuery.get(id);
    if (judgements !== undefined) queries.push({ id, text: textField(record, 'text'), judgements });
  }
  return { documents, queries };
}

function readLines(folder: string, names: readonly string[]): { path: string; lines: string[] } {
  const path = names.map((name) => join(folder, name)).find((candidate) => existsSync(candidate));
  if (path === undefined) throw new Error(`${folder} has none of: ${names.join(', ')}`);
  const bytes = readFileSync(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  return { path, lines: text.split(/\r?\n/) };
}

function readJsonLines(folder: string, name: string): Record<string, unknown>[] {
  const { path, lines } = readLines(folder, [name, `${name}.gz`]);
  const records: Record<string, unknown>[] = [];
  lines.forEach((line, index) => {
    if (line.trim() === '') return;
    let record: unknown;
    try {
      record = JSON.parse(line);
    } catch (cause) {
      throw new Error(`${path}:${index + 1} is not JSON`, { cause });
    }
    if (typeof record !== 'object' || record === null) throw new Error(`${path}:${index + 1} is not an object`);
    records.push({ ...record });
  });
  return records;
}

function textField(record: Record<string, unknown>, name: string): string {
  const value = record[name];
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value : '';
}

function readJudgements(folder: string): Map<string, Map<string, number>> {
  const { path, lines } = readLines(folder, ['qrels.tsv', 'qrels/test.tsv']);
  const judgementsByQuery = new Map<string, Map<string, number>>();
  lines.forEach((line, index) => {
    if (line.trim() === '') return;
    const [queryId = '', documentId = '', score = ''] = line.split('\t');
    const gain = Number(score);
    if (score === '' || Number.isNaN(gain)) {
      if (index === 0) return;
      throw new Error(`${path}:${index + 1} has no score`);
    }
    const judgements = judgementsByQuery.get(queryId) ?? new Map<string, number>();
    judgementsByQuery.set(queryId, judgements.set(documentId, gain));
  });
  return judgementsByQuery;
}
