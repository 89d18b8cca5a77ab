import MiniSearch from 'minisearch';
import type { WordContestant } from '../../contest/word-contestant.ts';

export function createMiniSearch(): WordContestant {
  const options = { fields: ['text'] };
  let index = new MiniSearch(options);
  return {
    build: (passages) => index.addAll(passages.map((text, id) => ({ id, text }))),
    search: (query, k) =>
      index
        .search(query)
        .slice(0, k)
        .map(({ id }) => Number(id)),
    save: () => new Map([['index', JSON.stringify(index)]]),
    load(saved) {
      index = MiniSearch.loadJSON(String(saved.get('index')), options);
    },
  };
}
