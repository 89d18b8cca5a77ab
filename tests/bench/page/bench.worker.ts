import { expose } from 'comlink';
import { measureDerivation } from './measure-derivation.ts';
import { measureEmbedding } from './measure-embedding.ts';
import { measureExtraction } from './measure-extraction.ts';
import { measureQueries } from './measure-queries.ts';
import { measureScans } from './measure-scans.ts';
import { measureSealing } from './measure-sealing.ts';

const bench = {
  measureDerivation,
  measureEmbedding,
  measureExtraction,
  measureQueries,
  measureScans,
  measureSealing,
};

export type BenchApi = typeof bench;
expose(bench);
