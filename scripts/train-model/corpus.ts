import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** A question, title or other short text, and the passage that belongs to it. */
export interface TrainingPair {
  readonly query: string;
  readonly text: string;
  readonly source: string;
}

/** Collections that are only ever tested on, by the names they go under. */
const TEST_COLLECTIONS =
  /scifact|cisi|cranfield|pubmed-?qa|xquad|squad|locomo|live-?qa|medquad-full|medquad_full|longmemeval|finance-?bench|beir|msmarco|trec|nfcorpus|arguana|fiqa|scidocs|quora|hotpot|fever|mteb|sts-?b/i;

/**
 * Paths of the training files (`*.jsonl.gz`) of a folder, in the order of their names. Throws an Error when the folder, or a file in it, looks like a
 * test collection: by its name, by having the layout of BEIR (queries and judgements beside a corpus), or by what its lines hold.
 */
export function trainingFiles(folder: string, { shareAlike }: { readonly shareAlike: boolean }): string[] {
  const path = resolve(folder);
  refuseTestCollection(path);
  const names = readdirSync(path).sort();
  for (const name of names) {
    if (TEST_COLLECTIONS.test(name)) throw refusal(join(path, name), 'its name is that of a test collection');
    if (statSync(join(path, name)).isDirectory()) refuseTestCollection(join(path, name));
  }
  const files = names.filter((name) => name.endsWith('.jsonl.gz') && (shareAlike || !name.startsWith('sa_')));
  if (files.length === 0) throw new Error(`${path} has no training files (*.jsonl.gz).`);
  return files.map((name) => join(path, name));
}

function refuseTestCollection(path: string): void {
  if (TEST_COLLECTIONS.test(basename(path))) throw refusal(path, 'its name is that of a test collection');
  for (const name of ['qrels.tsv', 'qrels', 'queries.jsonl', 'queries.jsonl.gz', 'corpus.jsonl', 'corpus.jsonl.gz']) {
    if (existsSync(join(path, name))) throw refusal(path, `it has ${name}, as test collections do`);
  }
}

function refusal(path: string, why: string): Error {
  return new Error(`${path} is not trained on: ${why}. What a model is tested with never enters training.`);
}

/** The pairs of a file, in its order. Throws an Error that names file and line. */
export function* readPairs(path: string): Generator<TrainingPair> {
  const lines = gunzipSync(readFileSync(path)).toString('utf8').split('\n');
  for (const [index, line] of lines.entries()) {
    if (line === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (cause) {
      throw new Error(`${path}:${index + 1} is not JSON.`, { cause });
    }
    if (typeof value === 'object' && value !== null && '_id' in value) {
      throw refusal(path, 'its lines have an _id, as those of test collections do');
    }
    if (!isPair(value)) throw new Error(`${path}:${index + 1} has no query, text and source.`);
    yield value;
  }
}

function isPair(value: unknown): value is TrainingPair {
  if (typeof value !== 'object' || value === null) return false;
  if (!('query' in value && 'text' in value && 'source' in value)) return false;
  return typeof value.query === 'string' && typeof value.text === 'string' && typeof value.source === 'string';
}
