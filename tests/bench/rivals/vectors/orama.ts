import { create, insertMultiple, searchVector } from '@orama/orama';
import type { VectorContestant } from '../../contest/vector-contestant.ts';

const AT_ONCE = 1000;

export function createOrama(): VectorContestant {
  let database: ReturnType<typeof create> | undefined;
  return {
    efforts: [0],
    async build({ rows, count, dimensions }) {
      database = create({ schema: { row: `vector[${dimensions}]` } });
      for (let first = 0; first < count; first += AT_ONCE) {
        const some = Array.from({ length: Math.min(AT_ONCE, count - first) }, (_, at) => ({
          id: String(first + at),
          row: Array.from(rows.subarray((first + at) * dimensions, (first + at + 1) * dimensions)),
        }));
        await insertMultiple(database, some, some.length);
      }
    },
    async search(query, k) {
      if (database === undefined) throw new Error('Nothing was built.');
      const vector = { value: Array.from(query), property: 'row' };
      const { hits } = await searchVector(database, { mode: 'vector', vector, similarity: 0, limit: k });
      return hits.map(({ id }) => Number(id));
    },
  };
}
