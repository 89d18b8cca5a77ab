import { expose, transfer } from 'comlink';
import type { IndexableChunk, SearchApi } from './api.ts';
import { SearchIndex } from './search-index.ts';
import type { ChunkId } from '../../src/domain/ids.ts';

function moved<T extends Uint8Array | Float32Array>(array: T): T {
  return transfer(array, [array.buffer]);
}

/** The index as other threads see it: what is built or read out is moved to them, not copied. */
class TransferringSearchIndex extends SearchIndex implements SearchApi {
  override async buildLexical(chunks: readonly IndexableChunk[]): Promise<Uint8Array> {
    return moved(await super.buildLexical(chunks));
  }

  override async buildVectors(rows: Float32Array, dimensions: number): Promise<Uint8Array> {
    return moved(await super.buildVectors(rows, dimensions));
  }

  override async readVectors(chunkIds: readonly ChunkId[], modelKey: string): Promise<Float32Array> {
    return moved(await super.readVectors(chunkIds, modelKey));
  }
}

expose(new TransferringSearchIndex());
