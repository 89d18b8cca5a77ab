import { NotFoundError } from '../../domain/errors.ts';
import type { EmbeddingModel } from '../../domain/embedding-model.ts';

/** The model that every copy of the app carries, so that a library is searched by meaning without any download. */
export const BUILT_IN_MODEL_ID = 'commonplace/static-en-512';

/**
 * The embedding models the app knows, as data. Dimensions, pooling, prefixes and limits are those of each model's
 * card. `sizeBytes` is the download: weights of the given dtype and tokenizer, rounded. A `relevanceFloor` lies
 * between the cosines of unrelated and related pairs; where its comment says so it is a starting point from the
 * model's known score distribution, to be moved by measurement.
 */
export const EMBEDDING_MODELS: readonly EmbeddingModel[] = [
  {
    modelId: BUILT_IN_MODEL_ID,
    label: 'Commonplace (built in)',
    // The first digits of the SHA-256 of its weights; a test holds it to that.
    revision: 'b6a793d2',
    dimensions: 512,
    // A sum of word vectors has no limit of its own; what is beyond this is not read.
    maxTokens: 2048,
    queryPrefix: '',
    passagePrefix: '',
    pooling: 'mean',
    architecture: 'static',
    windows: { tokens: 48, stride: 32 },
    queryIdfExponent: 0.5,
    dtype: 'q4',
    sizeBytes: 8_124_000,
    languages: 'english',
    passagesPerSecond: 10_000,
    licence: 'Apache-2.0',
    // 84 % of related pairs of tests/fixtures/relevance lie above, 98 % of unrelated ones below.
    relevanceFloor: 0.15,
    // By `scripts/calibrate.ts` on the development collections.
    meaningStrength: 0.88,
  },
  {
    modelId: 'Xenova/all-MiniLM-L6-v2',
    label: 'MiniLM L6',
    dimensions: 384,
    maxTokens: 256,
    queryPrefix: '',
    passagePrefix: '',
    pooling: 'mean',
    architecture: 'transformer',
    dtype: 'q8',
    sizeBytes: 23_700_000,
    languages: 'english',
    passagesPerSecond: 25,
    licence: 'Apache-2.0',
    // Starting point: unrelated pairs score about 0–0.2.
    relevanceFloor: 0.3,
    // Published: MTEB retrieval 41.95, BM25 42 on the same collections (BEIR).
    meaningStrength: 1.0,
  },
  {
    modelId: 'Xenova/bge-small-en-v1.5',
    label: 'BGE small',
    dimensions: 384,
    maxTokens: 512,
    queryPrefix: 'Represent this sentence for searching relevant passages: ',
    passagePrefix: '',
    pooling: 'cls',
    architecture: 'transformer',
    dtype: 'q8',
    sizeBytes: 34_800_000,
    languages: 'english',
    // Twice the layers of MiniLM at the same width.
    passagesPerSecond: 12,
    licence: 'MIT',
    // Starting point: trained at temperature 0.01, its scores crowd between 0.4 and 1.
    relevanceFloor: 0.55,
    // Published: MTEB retrieval 51.68, BM25 42. Unrelated texts: a starting point.
    meaningStrength: 1.2,
    unrelatedCosine: 0.4,
  },
  {
    modelId: 'Xenova/multilingual-e5-small',
    label: 'Multilingual E5 small',
    dimensions: 384,
    maxTokens: 512,
    queryPrefix: 'query: ',
    passagePrefix: 'passage: ',
    pooling: 'mean',
    architecture: 'transformer',
    dtype: 'q8',
    sizeBytes: 135_000_000,
    languages: 'multilingual',
    // Likewise.
    passagesPerSecond: 12,
    licence: 'MIT',
    // Starting point: trained at temperature 0.01, its scores crowd between 0.7 and 1.
    relevanceFloor: 0.78,
    // Published: MTEB retrieval (English) 46.64, BM25 42. Unrelated texts: a starting point.
    meaningStrength: 1.1,
    unrelatedCosine: 0.7,
  },
  {
    modelId: 'minishlab/potion-base-2M',
    label: 'Potion 2M (tiny)',
    dimensions: 64,
    maxTokens: 512,
    queryPrefix: '',
    passagePrefix: '',
    pooling: 'mean',
    architecture: 'transformer',
    dtype: 'q8',
    sizeBytes: 2_600_000,
    languages: 'english',
    passagesPerSecond: 900,
    licence: 'MIT',
    // 84 % of related pairs of tests/fixtures/relevance lie above. The best of many unrelated passages reaches it too:
    // measured on the questions of one collection asked of another.
    relevanceFloor: 0.45,
    // By `scripts/calibrate.ts` on the development collections.
    meaningStrength: 0.54,
  },
  {
    modelId: 'stanfordnlp/glove-6B-50d-20k',
    label: 'GloVe 20k words',
    dimensions: 50,
    maxTokens: 512,
    queryPrefix: '',
    passagePrefix: '',
    pooling: 'mean',
    architecture: 'transformer',
    dtype: 'fp32',
    sizeBytes: 4_400_000,
    languages: 'english',
    passagesPerSecond: 900,
    licence: 'PDDL-1.0',
    // Measured on the same pairs: 97 % and 40 %. Its scores hardly tell related from unrelated.
    relevanceFloor: 0.85,
    // Not measured: below potion.
    meaningStrength: 0.4,
  },
];

/** Models the public hub has in the layout the app reads; the others are offered only by a site that carries them. */
const ON_HUB: ReadonlySet<string> = new Set([
  'Xenova/all-MiniLM-L6-v2',
  'Xenova/bge-small-en-v1.5',
  'Xenova/multilingual-e5-small',
]);

/** Throws `NotFoundError` for a name that is not in the list, such as one from settings of a newer version. */
export function findModel(modelId: string): EmbeddingModel {
  const found = EMBEDDING_MODELS.find((model) => model.modelId === modelId);
  if (found) return found;
  throw new NotFoundError(
    `This version of the app does not know the embedding model ${modelId}. Your library is safe and can be searched by words. Choose another model in settings.`,
  );
}

export function isOnHub(model: Pick<EmbeddingModel, 'modelId'>): boolean {
  return ON_HUB.has(model.modelId);
}

/**
 * Names everything a stored vector depends on: model, dimensions, number format, revision, windows,
 * chunker. Vectors under different keys are never compared.
 */
export function modelKey(model: EmbeddingModel, chunkerVersion: string | number): string {
  const { modelId, dimensions, dtype, revision, windows } = model;
  const kind = revision === undefined ? dtype : `${dtype}-${revision}`;
  const cut = windows === undefined ? '' : `|windows-${windows.tokens}-${windows.stride}`;
  return `${modelId}|${dimensions}|${kind}${cut}|chunker-${chunkerVersion}`;
}

/** Whether a key is of the same model in a version that is past: its vectors are of no more use. */
export function isOutdatedKey(key: string, model: EmbeddingModel, chunkerVersion: string | number): boolean {
  return key.startsWith(`${model.modelId}|`) && key !== modelKey(model, chunkerVersion);
}
