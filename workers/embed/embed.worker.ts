import { expose } from 'comlink';
import type { EmbedApi } from './api.ts';
import { Embedder } from './embedder.ts';

expose(new Embedder() satisfies EmbedApi);
