import { expose, transfer } from 'comlink';
import type { BuiltVectors, IndexableChunk, SearchApi } from './api.ts';
import { ModelVectors } from './model-vectors.ts';
import { openVectorIndex } from './open-vector-index.ts';
import { SearchIndex } from './search-index.ts';
import { warmUp } from './warm-up.ts';
import type { ChunkId } from '../../src/domain/ids.ts';
import type { PassageVectors } from '../../src/domain/passage-vectors.ts';

export interface SearchWorkerApi extends SearchApi {
  /** See `warmUp`. */
  warmUp(): Promise<void>;
}

/** The index as other threads see it: what is built or read out is moved to them, not copied. */
class TransferringSearchIndex extends SearchIndex implements SearchWorkerApi {
  warmUp(): Promise<void> {
    return warmUp();
  }

  override async buildLexical(chunks: readonly IndexableChunk[]): Promise<Uint8Array> {
    const bytes = await super.buildLexical(chunks);
    return transfer(bytes, [bytes.buffer]);
  }

  override async buildVectors(passages: PassageVectors, dimensions: number): Promise<BuiltVectors> {
    const built = await super.buildVectors(passages, dimensions);
    return transfer(built, [built.codes.buffer, built.exact.buffer]);
  }

  override async readVectors(chunkIds: readonly ChunkId[], modelKey: string): Promise<PassageVectors> {
    const passages = await super.readVectors(chunkIds, modelKey);
    const { vectors, rowCounts, tokens } = passages;
    const ofTokens = tokens ? [tokens.ids.buffer, tokens.counts.buffer] : [];
    return transfer(passages, [vectors.buffer, rowCounts.buffer, ...ofTokens]);
  }
}

expose(new TransferringSearchIndex(new ModelVectors(openVectorIndex)));
