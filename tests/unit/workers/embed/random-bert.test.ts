import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { writeRandomBert } from '../../../../scripts/make-tiny-model.ts';
import { createNodeEmbedder } from '../../../../scripts/node-embedder.ts';

const SHAPE = { layers: 2, hidden: 64, heads: 4, inner: 128, vocabulary: 3000, positions: 512 };
const TEXTS = ['the boiler was repaired', 'basil needs sun', 'a much longer text about gardens and boilers and trains'];

describe('a BERT with random weights', () => {
  const folder = mkdtempSync(join(tmpdir(), 'random-bert-'));

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('computes nearly the same with 8-bit weights as with 32-bit ones, in batches as alone', async () => {
    const byType: Float32Array[] = [];
    for (const dtype of ['q8', 'fp32'] as const) {
      const modelId = `test/bert-${dtype}`;
      const model = writeRandomBert(folder, { modelId, seed: 3, dtype, shape: SHAPE });
      const embedder = await createNodeEmbedder(join(folder, modelId), model);
      const together = await embedder.embed(TEXTS);
      const alone = await embedder.embed([TEXTS[1] ?? '']);
      // Padding must not leak in through the attention. Quantised, the batch shares one scale, hence the tolerance.
      for (let d = 0; d < 64; d++) expect(together[64 + d]).toBeCloseTo(alone[d] ?? NaN, dtype === 'q8' ? 1 : 4);
      byType.push(together);
      await embedder.dispose();
    }
    const [small, exact] = byType;
    for (let i = 0; i < TEXTS.length; i++) {
      let cosine = 0;
      for (let at = i * 64; at < (i + 1) * 64; at++) cosine += (small?.[at] ?? 0) * (exact?.[at] ?? 0);
      expect(cosine).toBeGreaterThan(0.98);
    }
  });
});
