import { serveWordContestants } from '../contest/word-contestant.ts';

serveWordContestants({
  MiniSearch: async () => (await import('./words/minisearch.ts')).createMiniSearch(),
  FlexSearch: async () => (await import('./words/flexsearch.ts')).createFlexSearch('strict'),
  'FlexSearch, forward': async () => (await import('./words/flexsearch.ts')).createFlexSearch('forward'),
  Orama: async () => (await import('./words/orama.ts')).createOrama(),
});
