// Finds the formula for the weight between words and meaning, on development collections:
//   node scripts/run-ts.mjs scripts/calibrate.ts --dev DIR… [--model DIR]… [--strength N]… [--alignment N]…
// Each DIR is a collection in BEIR's layout, or a folder of such. --model (default: the one the app comes with) may be given
// several times, with a --strength for each; without one it is measured here: nDCG@10 by meaning over that by words. For
// every form of the formula it prints what is gained over words on each collection when the form was fitted on all others
// (leave one collection out), and the constants fitted on all. Deterministic. Never to be run on collections that are
// used to report quality.
import { existsSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { FusionFeature } from '../src/domain/hit.ts';
import { ndcgAtK } from '../src/engine/metrics.ts';
import { addAlignment, ALIGNED_CANDIDATES, ALIGNMENT_WEIGHT } from '../src/engine/ranking/add-alignment.ts';
import { DEFAULT_WEIGHT_MODEL, fuseByConvexSum, weighMeaning, type Candidate } from '../src/engine/ranking/convex.ts';
import { fusionFeatures, type FusionFeatures } from '../src/engine/ranking/fusion-features.ts';
import { EMBEDDING_MODELS } from '../src/platform/compute/models.ts';
import { readBeir, type BeirCollection } from './beir.ts';
import { fitWeights, gainAt, weightsOf, type Fitted, type JudgedQuestion } from './fit-weights.ts';
import { JudgedIndex } from './judged-index.ts';
import { loadNodeEmbedder } from './node-embedder.ts';

/** Weights at which each question is judged; between them its nDCG is interpolated. */
const STEPS = 20;
const DEPTH = 100;
const FORMS: readonly (readonly FusionFeature[])[] = [
  [],
  ['nearness'],
  ['clarity'],
  ['brevity'],
  ['commonShare'],
  ['identifierShare'],
  ['unknownShare'],
  ['termCount'],
  ['rarity'],
  ['coverage'],
  ['agreement'],
  ['brevity', 'nearness'],
  ['brevity', 'clarity'],
  ['brevity', 'commonShare', 'identifierShare'],
  ['brevity', 'clarity', 'commonShare'],
  ['brevity', 'clarity', 'identifierShare'],
  ['brevity', 'clarity', 'commonShare', 'identifierShare'],
  ['brevity', 'nearness', 'commonShare', 'identifierShare'],
  ['brevity', 'nearness', 'clarity', 'commonShare', 'identifierShare', 'coverage', 'agreement', 'rarity'],
];

const { values: options } = parseArgs({
  options: {
    dev: { type: 'string', multiple: true, default: [] },
    model: {
      type: 'string',
      multiple: true,
      default: [join(import.meta.dirname, '../public/models/commonplace/static-en-512')],
    },
    strength: { type: 'string', multiple: true, default: [] },
    alignment: { type: 'string', multiple: true, default: ['0', '0.2', '0.3', '0.4', '0.5', '0.6', '0.8'] },
  },
});

const ALIGNMENTS = [...new Set([...options.alignment.map(Number), ALIGNMENT_WEIGHT])].sort((a, b) => a - b);
const FEATURES_IN_USE: readonly FusionFeature[] = [...new Set(FORMS.flat()), 'modelStrength' as const].filter(
  (feature) => DEFAULT_WEIGHT_MODEL.slopes[feature] !== undefined,
);

/** A question with its curve at each weight of alignment. */
interface AlignedQuestion extends JudgedQuestion {
  readonly aligned: ReadonlyMap<number, readonly number[]>;
}

interface JudgedCollection {
  readonly name: string;
  readonly model: string;
  readonly questions: readonly AlignedQuestion[];
  readonly rrf: number;
}

function devFolders(): string[] {
  const isOne = (folder: string): boolean => existsSync(join(folder, 'corpus.jsonl'));
  return options.dev.flatMap((folder) => {
    if (isOne(folder)) return [resolve(folder)];
    const names = readdirSync(folder).sort();
    return names.map((name) => resolve(folder, name)).filter(isOne);
  });
}

async function judge(
  collection: BeirCollection,
  index: JudgedIndex,
  unrelatedCosine: number,
): Promise<{ questions: AlignedQuestion[]; rrf: number }> {
  const questions: AlignedQuestion[] = [];
  const meanLength = await index.meanLength();
  let rrf = 0;
  for (const { text, judgements } of collection.queries) {
    const queryVector = await index.embedQuery(text);
    const request = {
      query: text,
      ...(queryVector && { queryVector }),
      k: 2 * DEPTH,
      candidateCount: DEPTH,
      diversity: 0,
      contextStrength: 0,
    };
    const { hits, queryTerms } = await index.search({ ...request, mode: 'hybrid' });
    const ids = hits.map(({ chunkId }) => index.documentIdOf(chunkId));
    const candidates = hits.map(({ lexicalScore = 0, denseScore }, key): Candidate => ({
      key,
      lexicalScore,
      ...(denseScore !== undefined && { denseScore }),
    }));
    const listOf = (
      rank: 'lexicalRank' | 'denseRank',
      score: 'lexicalScore' | 'denseScore',
    ): { key: number; score: number }[] =>
      hits
        .flatMap((hit, key) => (hit[rank] === undefined ? [] : { key, rank: hit[rank], score: hit[score] ?? 0 }))
        .sort((a, b) => a.rank - b.rank);
    const features = fusionFeatures({
      terms: queryTerms,
      chunkCount: collection.documents.length,
      meanLength,
      lexical: listOf('lexicalRank', 'lexicalScore'),
      dense: listOf('denseRank', 'denseScore'),
      meaningStrength: 0,
      unrelatedCosine,
    });
    const byRank = (rank: 'lexicalRank' | 'denseRank') => (left: number, right: number) =>
      (hits[left]?.[rank] ?? Infinity) < (hits[right]?.[rank] ?? Infinity);
    const curveAt = (alignmentWeight: number): number[] =>
      Array.from({ length: STEPS + 1 }, (_, step) => {
        const meaningWeight = step / STEPS;
        const isBefore = byRank(step === STEPS ? 'denseRank' : 'lexicalRank');
        const fused = fuseByConvexSum(candidates, { meaningWeight, unrelatedCosine }, isBefore);
        const alignments = fused.slice(0, ALIGNED_CANDIDATES).map(({ key }) => hits[key]?.alignment);
        const aligned = addAlignment(fused, alignments, isBefore, alignmentWeight);
        return ndcgAtK(
          aligned.slice(0, 10).map(({ key }) => ids[key] ?? ''),
          judgements,
          10,
        );
      });
    const ndcgAt = curveAt(0);
    questions.push({ features, ndcgAt, aligned: new Map(ALIGNMENTS.map((weight) => [weight, curveAt(weight)])) });
    const plain = await index.search({ ...request, mode: 'hybrid', fusion: 'rrf' });
    rrf += ndcgAtK(
      plain.hits.map(({ chunkId }) => index.documentIdOf(chunkId)),
      judgements,
      10,
    );
  }
  return { questions, rrf: rrf / Math.max(1, questions.length) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3).slice(1)}`;
const print = (line: string): void => void process.stdout.write(`${line}\n`);

const folders = devFolders();
if (folders.length < 3) {
  process.stderr.write(
    'Usage: scripts/calibrate.ts --dev DIR… (at least three collections) [--model DIR]… [--strength N]…\n',
  );
  process.exit(2);
}
const judged: JudgedCollection[] = [];
for (const [at, folder] of options.model.entries()) {
  const embedder = await loadNodeEmbedder(folder);
  const unrelatedCosine = EMBEDDING_MODELS.find(({ modelId }) => modelId === embedder.model)?.unrelatedCosine ?? 0;
  const own: JudgedCollection[] = [];
  print(`${embedder.model}${' '.repeat(Math.max(1, 30 - embedder.model.length))}words  meaning  rrf    best fixed`);
  for (const dev of folders) {
    const collection = readBeir(dev);
    const { questions, rrf } = await judge(collection, await JudgedIndex.build(collection, embedder), unrelatedCosine);
    own.push({ name: basename(dev), model: embedder.model, questions, rrf });
    const curve = Array.from({ length: STEPS + 1 }, (_, step) =>
      mean(questions.map(({ ndcgAt }) => ndcgAt[step] ?? 0)),
    );
    const best = curve.indexOf(Math.max(...curve));
    const figures = [curve[0], curve[STEPS], rrf, curve[best]].map((value = 0) => value.toFixed(3));
    print(`  ${basename(dev).padEnd(27)} ${figures.join('   ')} at ${(best / STEPS).toFixed(2)}`);
  }
  const wordsMean = mean(own.map(({ questions }) => mean(questions.map(({ ndcgAt }) => ndcgAt[0] ?? 0))));
  const meaningMean = mean(own.map(({ questions }) => mean(questions.map(({ ndcgAt }) => ndcgAt[STEPS] ?? 0))));
  const measured = meaningMean / wordsMean;
  const strength = Number(options.strength[at] ?? measured);
  print(
    `  mean ${wordsMean.toFixed(4)} by words, ${meaningMean.toFixed(4)} by meaning: strength ${measured.toFixed(3)}, taken as ${strength.toFixed(3)}`,
  );
  for (const { questions, ...rest } of own) {
    const withStrength = questions.map((question): AlignedQuestion => {
      const known: FusionFeatures = { ...question.features, modelStrength: strength };
      return { ...question, features: known };
    });
    judged.push({ ...rest, questions: withStrength });
  }
}

const withStrength = options.model.length > 1;

/** The same questions with alignment, judged against words and meaning without it. */
function withAlignment(weight: number): JudgedCollection[] {
  return judged.map(({ questions, ...rest }) => ({
    ...rest,
    questions: questions.map(({ ndcgAt, aligned, features }) => ({
      features,
      ndcgAt: aligned.get(weight) ?? ndcgAt,
      alone: [ndcgAt[0] ?? 0, ndcgAt.at(-1) ?? 0] as const,
      aligned,
    })),
  }));
}

/** nDCG@10 of each collection with the formula fitted on all others. */
function leaveOneOut(collections: readonly JudgedCollection[], features: readonly FusionFeature[]): number[] {
  return collections.map(({ name, questions }) => {
    const others = collections.filter((other) => other.name !== name);
    const fitted = fitWeights(
      others.map((other) => other.questions),
      features,
    );
    return gainAt(questions, weightsOf(questions, fitted));
  });
}

const formInUse = FEATURES_IN_USE.filter((feature) => withStrength || feature !== 'modelStrength');
const wordsAlone = judged.map(({ questions }) => mean(questions.map(({ ndcgAt }) => ndcgAt[0] ?? 0)));
print('');
print(
  `alignment  as it is  refitted, left out   gain over words as it is on ${judged.map(({ name }) => name).join(', ')}`,
);
for (const weight of ALIGNMENTS) {
  const collections = withAlignment(weight);
  const asItIs = collections.map(({ questions }) =>
    gainAt(
      questions,
      questions.map(({ features }) => weighMeaning(features, DEFAULT_WEIGHT_MODEL, weight > 0).meaningWeight),
    ),
  );
  const leftOut = leaveOneOut(collections, formInUse);
  const { bias, slopes } = fitWeights(
    collections.map(({ questions }) => questions),
    formInUse,
  );
  const gains = asItIs.map((value, at) => signed(value - (wordsAlone[at] ?? 0)));
  print(
    `${weight.toFixed(2).padEnd(10)} ${mean(asItIs).toFixed(4)}    ${mean(leftOut).toFixed(4)}   ${gains.join(' ')}`,
  );
  const constants = slopes.map(({ feature, slope }) => `${feature} ${slope.toFixed(2)}`).join(', ');
  print(
    `           left out: ${leftOut.map((value, at) => signed(value - (wordsAlone[at] ?? 0))).join(' ')}; bias ${bias.toFixed(2)}; ${constants}`,
  );
}
print('');
print(`${'features'.padEnd(64)} left out  fitted  gain over words where left out`);
const aligned = withAlignment(ALIGNMENT_WEIGHT);
for (const form of FORMS) {
  const features: readonly FusionFeature[] = withStrength ? ['modelStrength', ...form] : form;
  const leftOut = leaveOneOut(aligned, features);
  const fitted: Fitted = fitWeights(
    aligned.map(({ questions }) => questions),
    features,
  );
  const within = mean(aligned.map(({ questions }) => gainAt(questions, weightsOf(questions, fitted))));
  const gains = leftOut.map((value, at) => signed(value - (wordsAlone[at] ?? 0)));
  print(
    `${(features.join(' ') || 'fixed weight').padEnd(64)} ${mean(leftOut).toFixed(4)}    ${within.toFixed(4)}  ${gains.join(' ')}`,
  );
  const slopes = fitted.slopes.map(
    ({ feature, centre, slope }) => `${feature} ${slope.toFixed(2)} around ${centre.toFixed(2)}`,
  );
  print(`${' '.repeat(64)} bias ${fitted.bias.toFixed(2)}; ${slopes.join('; ')}`);
}
