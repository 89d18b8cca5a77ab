import { loadHnswlib } from 'hnswlib-wasm';
import type { VectorContestant } from '../../contest/vector-contestant.ts';

const EF_CONSTRUCTION = 200;
const AT_ONCE = 1000;

/** Its graph with `m` neighbours a node: more of them cost memory and time to build, and leave fewer rows out of reach. */
export async function createHnswlib(m: number): Promise<VectorContestant> {
  const library = await loadHnswlib();
  let index: ReturnType<typeof newIndex> | undefined;
  const newIndex = (dimensions: number) => new library.HierarchicalNSW('ip', dimensions, '');
  return {
    efforts: [50, 75, 100, 150, 200, 300, 400, 600, 800, 1200],
    effortName: 'ef',
    note: `M ${m}, efConstruction ${EF_CONSTRUCTION}`,
    build({ rows, count, dimensions }) {
      index = newIndex(dimensions);
      index.initIndex(count, m, EF_CONSTRUCTION, 100);
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
