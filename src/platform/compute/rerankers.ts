import type { RerankerModel } from '../../domain/reranker-model.ts';

/** The cross-encoders the app knows, as data from their cards. None is measured here. `sizeBytes` is rounded. */
export const RERANKER_MODELS: readonly RerankerModel[] = [
  {
    modelId: 'Xenova/ms-marco-MiniLM-L-6-v2',
    label: 'MS MARCO MiniLM L6',
    maxTokens: 512,
    dtype: 'q8',
    sizeBytes: 23_900_000,
    licence: 'Apache-2.0',
  },
  {
    modelId: 'Xenova/ms-marco-TinyBERT-L-2-v2',
    label: 'MS MARCO TinyBERT L2',
    maxTokens: 512,
    dtype: 'q8',
    sizeBytes: 5_200_000,
    licence: 'Apache-2.0',
  },
];

/** `undefined` for a name that is not in the list, such as one from settings of a newer version. */
export function findReranker(modelId: string): RerankerModel | undefined {
  return RERANKER_MODELS.find((model) => model.modelId === modelId);
}
