import { describe, expect, it } from 'vitest';
import { warmUp } from '../../../../workers/search/warm-up.ts';
import { SearchIndex } from '../../../../workers/search/search-index.ts';

describe('warming up', () => {
  it('runs real searches by words and meaning and leaves nothing in the index', async () => {
    const found: number[] = [];
    const { search } = SearchIndex.prototype;
    SearchIndex.prototype.search = async function (request) {
      const outcome = await search.call(this, request);
      if (outcome.hits.some((hit) => hit.lexicalRank !== undefined && hit.denseRank !== undefined)) {
        found.push(outcome.hits.length);
      }
      return outcome;
    };
    try {
      await warmUp();
    } finally {
      SearchIndex.prototype.search = search;
    }
    expect(found.length).toBeGreaterThan(4);
    expect(await new SearchIndex().statistics()).toMatchObject({ segmentCount: 0, chunkCount: 0 });
  });
});
