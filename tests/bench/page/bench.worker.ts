import { expose } from 'comlink';
import { closeEmbeddingContest, embedAll, openEmbeddingContest } from './embedding-contest.ts';
import { measureDerivation } from './measure-derivation.ts';
import { measureEmbedding } from './measure-embedding.ts';
import { measureExtraction } from './measure-extraction.ts';
import { measureQueries } from './measure-queries.ts';
import { measureScans } from './measure-scans.ts';
import { measureSealing } from './measure-sealing.ts';
import { measureSearch } from './measure-search.ts';
import { measureWordFeatures } from './measure-word-features.ts';
import { measureWords } from './measure-words.ts';

const bench = {
  closeEmbeddingContest,
  embedAll,
  openEmbeddingContest,
  measureDerivation,
  measureEmbedding,
  measureExtraction,
  measureQueries,
  measureScans,
  measureSealing,
  measureSearch,
  measureWordFeatures,
  measureWords,
};

export type BenchApi = typeof bench;
expose(bench);
