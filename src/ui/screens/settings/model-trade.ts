import type { EmbeddingModel } from '../../../domain/embedding-model.ts';
import type { ModelView } from '../../../../workers/core/api.ts';
import { SEARCH } from '../../text/settings.ts';

/** Smaller models look words up in a table; only larger ones read how words stand together. */
const MIN_SENTENCE_MODEL_BYTES = 10_000_000;
/** Tokens of an ordinary passage, by which windows are counted. */
const PASSAGE_TOKENS = 100;
/** Of a row beside its numbers: the factors that scale its codes and its exact form. */
const ROW_OVERHEAD_BYTES = 6;

/** What a model is good for, in a sentence. */
export function gainOf({ languages, sizeBytes }: EmbeddingModel): string {
  if (languages === 'multilingual') return SEARCH.gains.languages;
  return sizeBytes < MIN_SENTENCE_MODEL_BYTES ? SEARCH.gains.words : SEARCH.gains.sentences;
}

/** About what it takes to have so many passages read by a model: time, where a rate is known, and memory from then on. */
export function costOf(
  { model, passagesPerSecond }: Pick<ModelView, 'model' | 'passagesPerSecond'>,
  passageCount: number,
): { readonly ms: number | undefined; readonly bytes: number } {
  const { dimensions, windows } = model;
  const rowsPerPassage = windows === undefined ? 1 : Math.max(1, Math.ceil(PASSAGE_TOKENS / windows.stride));
  // A code of one bit and an exact form of eight for each dimension.
  const rowBytes = dimensions / 8 + dimensions + ROW_OVERHEAD_BYTES;
  return {
    ms: passagesPerSecond === undefined ? undefined : (passageCount / passagesPerSecond) * 1000,
    bytes: passageCount * rowsPerPassage * rowBytes,
  };
}
