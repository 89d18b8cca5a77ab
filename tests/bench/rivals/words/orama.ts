import { create, insertMultiple, load, save, search } from '@orama/orama';
import type { WordContestant } from '../../contest/word-contestant.ts';

const AT_ONCE = 1000;

export function createOrama(): WordContestant {
  const newDatabase = () => create({ schema: { text: 'string' } });
  let database = newDatabase();
  return {
    async build(passages) {
      for (let first = 0; first < passages.length; first += AT_ONCE) {
        const some = passages.slice(first, first + AT_ONCE).map((text, at) => ({ id: String(first + at), text }));
        await insertMultiple(database, some, AT_ONCE);
      }
    },
    async search(query, k) {
      const { hits } = await search(database, { term: query, limit: k });
      return hits.map(({ id }) => Number(id));
    },
    save: () => new Map([['index', JSON.stringify(save(database))]]),
    load(saved) {
      database = newDatabase();
      load(database, JSON.parse(String(saved.get('index'))));
    },
  };
}
