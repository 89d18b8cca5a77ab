import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createNodeEmbedder } from '../../../../scripts/node-embedder.ts';
import { BUILT_IN_MODEL_ID, findModel } from '../../../../src/platform/compute/models.ts';
import { RELATED_PAIRS, unrelatedPairs } from '../../../fixtures/relevance/pairs.ts';

const MATERIAL = process.env['COMMONPLACE_MATERIAL'] ?? join(import.meta.dirname, '../../../../../shared');
const PUBLIC_MODELS = join(import.meta.dirname, '../../../../public/models');

/** Share of related pairs at or above the floor, and of unrelated ones below it, as the models' data claim. */
const CLAIMS = [
  { modelId: BUILT_IN_MODEL_ID, related: 0.8, unrelated: 0.95 },
  { modelId: 'minishlab/potion-base-2M', related: 0.8, unrelated: 0.97 },
  { modelId: 'stanfordnlp/glove-6B-50d-20k', related: 0.95, unrelated: 0.39 },
];

describe.each(CLAIMS)('the relevance floor of $modelId', ({ modelId, related, unrelated }) => {
  const folder = modelId === BUILT_IN_MODEL_ID ? join(PUBLIC_MODELS, modelId) : join(MATERIAL, 'models', modelId);

  it('lies between unrelated and related pairs as claimed', { skip: !existsSync(folder) }, async () => {
    const model = findModel(modelId);
    const embedder = await createNodeEmbedder(folder, model);
    const cosines = async (pairs: readonly (readonly [string, string])[]): Promise<number[]> => {
      const questions = await embedder.embed(
        pairs.map(([question]) => question),
        'query',
      );
      const passages = await embedder.embed(
        pairs.map(([, passage]) => passage),
        'passage',
      );
      return pairs.map((_, i) => {
        let sum = 0;
        for (let at = i * model.dimensions; at < (i + 1) * model.dimensions; at++) {
          sum += (questions[at] ?? 0) * (passages[at] ?? 0);
        }
        return sum;
      });
    };
    const above = (await cosines(RELATED_PAIRS)).filter((cosine) => cosine >= model.relevanceFloor).length;
    const pairs = unrelatedPairs();
    const below = (await cosines(pairs)).filter((cosine) => cosine < model.relevanceFloor).length;
    await embedder.dispose();
    expect(above / RELATED_PAIRS.length).toBeGreaterThanOrEqual(related);
    expect(below / pairs.length).toBeGreaterThanOrEqual(unrelated);
  });
});
