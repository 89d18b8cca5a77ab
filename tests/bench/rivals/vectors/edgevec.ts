import init, { EdgeVec, EdgeVecConfig, JsIndexType } from 'edgevec';
import type { VectorContestant } from '../../contest/vector-contestant.ts';

const AT_ONCE = 1000;

/**
 * Its graph, and the same graph's bit codes with rescoring, where a factor can be set. How far the graph is searched is
 * settled when it is made: by `ef`, else by its default.
 */
export async function createEdgevec(way: 'graph' | 'bits', ef?: number): Promise<VectorContestant> {
  await init();
  let index: EdgeVec | undefined;
  let firstId = 0;
  return {
    ...(way === 'graph' ? { efforts: [0] } : { efforts: [5, 10, 20, 30, 50, 75, 100], effortName: 'rescore factor' }),
    build({ rows, count, dimensions }) {
      const config = new EdgeVecConfig(dimensions);
      // Of rows of length one, the order is that of cosines. With 'cosine' and 'dot' it returns the farthest.
      config.metric = 'l2';
      config.indexType = JsIndexType.Hnsw;
      if (ef !== undefined) config.ef_search = ef;
      index = new EdgeVec(config);
      for (let first = 0; first < count; first += AT_ONCE) {
        const some = Math.min(AT_ONCE, count - first);
        const ids = index.insertBatchFlat(rows.slice(first * dimensions, (first + some) * dimensions), some);
        if (first === 0) firstId = ids[0] ?? 0;
      }
      if (way === 'bits') index.enableBQ();
    },
    search(query, k, factor) {
      if (index === undefined) throw new Error('Nothing was built.');
      const found = way === 'graph' ? index.search(query, k) : index.searchBQRescored(query, k, factor);
      return found.map(({ id }) => id - firstId);
    },
  };
}
