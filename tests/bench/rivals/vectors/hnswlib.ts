import { loadHnswlib } from 'hnswlib-wasm';
import type { VectorContestant } from '../../contest/vector-contestant.ts';

const M = 16;
const EF_CONSTRUCTION = 200;
const AT_ONCE = 1000;

export async function createHnswlib(): Promise<VectorContestant> {
  const library = await loadHnswlib();
  let index: ReturnType<typeof newIndex> | undefined;
  const newIndex = (dimensions: number) => new library.HierarchicalNSW('ip', dimensions, '');
  return {
    efforts: [50, 100, 200, 400, 800],
    effortName: 'ef',
    note: `M ${M}, efConstruction ${EF_CONSTRUCTION}`,
    build({ rows, count, dimensions }) {
      index = newIndex(dimensions);
      index.initIndex(count, M, EF_CONSTRUCTION, 100);
      for (let first = 0; first < count; first += AT_ONCE) {
        const some = Array.from({ length: Math.min(AT_ONCE, count - first) }, (_, at) =>
          rows.slice((first + at) * dimensions, (first + at + 1) * dimensions),
        );
        index.addItems(some, false);
      }
    },
    search(query, k, ef) {
      if (index === undefined) throw new Error('Nothing was built.');
      index.setEfSearch(ef);
      return index.searchKnn(query, k, undefined).neighbors;
    },
  };
}
