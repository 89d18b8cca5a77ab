// `npm run train-model -- --corpus DIR --tokenizer tokenizer.json --out DIR [--dev DIR]… [--threads 2] [recipe]`
// Trains the static embedding model from scratch and writes it in the layout of transformers.js. The recipe is in
// train-model/recipe.ts; any of its fields is a flag (--learning-rate 0.01). Collections given by --dev are kept out of the corpus and
// scored at the end. The same corpus, tokenizer and recipe give the same files.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { StaticModel } from '../src/engine/embedding/static-model.ts';
import { WordPiece } from '../src/engine/embedding/word-piece.ts';
import { readBeir } from './beir.ts';
import { trainingFiles } from './train-model/corpus.ts';
import { evaluateOn } from './train-model/evaluate.ts';
import { writeStaticModel } from './train-model/export-onnx.ts';
import { OverlapCheck } from './train-model/overlap.ts';
import { tokenisePairs } from './train-model/pairs.ts';
import { recipeFrom, DEFAULT_RECIPE } from './train-model/recipe.ts';
import { trimTokenizer } from './train-model/tokenizer.ts';
import { trainTable } from './train-model/trainer.ts';

const recipeFlags = Object.keys(DEFAULT_RECIPE).map((key) =>
  key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
);
const { values } = parseArgs({
  options: {
    corpus: { type: 'string' },
    tokenizer: { type: 'string' },
    out: { type: 'string' },
    dev: { type: 'string', multiple: true, default: [] },
    threads: { type: 'string', default: '2' },
    ...Object.fromEntries(recipeFlags.map((name) => [name, { type: 'string' } as const])),
  },
});
const { corpus, tokenizer: tokenizerPath, out, dev, threads, ...changes } = values;
if (corpus === undefined || tokenizerPath === undefined || out === undefined) {
  process.stderr.write(
    'Usage: npm run train-model -- --corpus DIR --tokenizer tokenizer.json --out DIR [--dev DIR]…\n',
  );
  process.exit(2);
}
const recipe = recipeFrom(
  Object.fromEntries(Object.entries(changes).filter((entry) => typeof entry[1] === 'string')) as Record<string, string>,
);
const startedAt = performance.now();
const log = (line: string): void => {
  process.stdout.write(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${line}\n`);
};

const tokenizer = trimTokenizer(JSON.parse(readFileSync(tokenizerPath, 'utf8')));
const held = new OverlapCheck();
for (const folder of dev) for (const { text } of readBeir(folder).documents) held.add(text);
const wordPiece = WordPiece.read(tokenizer.json);
const pairs = tokenisePairs(trainingFiles(corpus, recipe), wordPiece, {
  ...recipe,
  textTokens: 2 * recipe.textTokens,
  held,
  log,
});
log(`${pairs.texts.count} pairs, ${tokenizer.size} tokens`);
const table = await trainTable(pairs, {
  recipe,
  wordPiece,
  threads: Number(threads),
  onStep: (step, loss) => log(`step ${step} of ${recipe.steps}, loss ${loss.toFixed(4)}`),
});
const bytes = writeStaticModel(out, {
  table,
  dimensions: recipe.dimensions,
  tokenizerJson: tokenizer.json,
  silentIds: tokenizer.markIds,
});
log(`${out}: ${bytes} bytes`);
if (dev.length > 0) {
  const model = StaticModel.read(readFileSync(join(out, 'onnx/model_q4.onnx')), tokenizer.json, {
    windows: { tokens: 48, stride: 32 },
  });
  const scores = dev.map((folder) => evaluateOn(folder, model));
  for (const { name, queries, ndcg } of scores) log(`${name}: nDCG@10 ${ndcg.toFixed(4)} (${queries} questions)`);
  log(`mean ${(scores.reduce((sum, { ndcg }) => sum + ndcg, 0) / scores.length).toFixed(4)}`);
}
