import { Index } from 'flexsearch';
import type { WordContestant } from '../../contest/word-contestant.ts';

export function createFlexSearch(tokenize: 'strict' | 'forward'): WordContestant {
  let index = new Index({ tokenize });
  return {
    build(passages) {
      for (const [id, text] of passages.entries()) index.add(id, text);
    },
    search: (query, k) => index.search(query, { limit: k }).map(Number),
    async save() {
      const saved = new Map<string, string>();
      await index.export((key, data) => {
        if (data !== undefined) saved.set(key, data);
      });
      return saved;
    },
    load(saved) {
      index = new Index({ tokenize });
      for (const [key, data] of saved) index.import(key, String(data));
    },
  };
}
