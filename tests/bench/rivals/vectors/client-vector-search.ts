import { EmbeddingIndex } from 'client-vector-search';
import type { VectorContestant } from '../../contest/vector-contestant.ts';

export function createClientVectorSearch(): VectorContestant {
  const index = new EmbeddingIndex();
  return {
    efforts: [0],
    build({ rows, count, dimensions }) {
      for (let row = 0; row < count; row++) {
        index.add({ id: row, embedding: Array.from(rows.subarray(row * dimensions, (row + 1) * dimensions)) });
      }
    },
    async search(query, k) {
      const found = await index.search(Array.from(query), { topK: k, useStorage: 'none' });
      return found.map(({ object }) => object.id);
    },
  };
}
