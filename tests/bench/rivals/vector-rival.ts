import { serveContestants } from '../contest/vector-contestant.ts';

serveContestants({
  'hnswlib-wasm, M 16': async () => (await import('./vectors/hnswlib.ts')).createHnswlib(16),
  'hnswlib-wasm, M 32': async () => (await import('./vectors/hnswlib.ts')).createHnswlib(32),
  'edgevec, graph': async () => (await import('./vectors/edgevec.ts')).createEdgevec('graph'),
  'edgevec, graph, ef 400': async () => (await import('./vectors/edgevec.ts')).createEdgevec('graph', 400),
  'edgevec, bits and rescoring': async () => (await import('./vectors/edgevec.ts')).createEdgevec('bits'),
  'sqlite-vec, float': async () => (await import('./vectors/sqlite-vec.ts')).createSqliteVec('float'),
  'sqlite-vec, int8': async () => (await import('./vectors/sqlite-vec.ts')).createSqliteVec('int8'),
  'sqlite-vec, bits and rescoring': async () => (await import('./vectors/sqlite-vec.ts')).createSqliteVec('bit'),
  'PGlite with pgvector, sequential': async () => (await import('./vectors/pglite.ts')).createPglite('sequence'),
  'PGlite with pgvector, ivfflat': async () => (await import('./vectors/pglite.ts')).createPglite('ivfflat'),
  'PGlite with pgvector, hnsw': async () => (await import('./vectors/pglite.ts')).createPglite('hnsw'),
  Orama: async () => (await import('./vectors/orama.ts')).createOrama(),
  'client-vector-search': async () => (await import('./vectors/client-vector-search.ts')).createClientVectorSearch(),
});
