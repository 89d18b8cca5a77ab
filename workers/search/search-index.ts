import { InvalidInputError, NotFoundError } from '../../src/domain/errors.ts';
import type { ChunkId, DocumentId, SegmentId } from '../../src/domain/ids.ts';
import type { PassageVectors } from '../../src/domain/passage-vectors.ts';
import { buildLexicalSegment } from '../../src/engine/lexical/build-lexical-segment.ts';
import { encodeLexicalSegment } from '../../src/engine/lexical/lexical-segment.ts';
import { buildVectorSegment, dequantiseRow, encodeVectorSegment } from '../../src/engine/vector/vector-segment.ts';
import type {
  BuiltVectors,
  IndexableChunk,
  IndexStatistics,
  SearchApi,
  SearchFilter,
  SearchOutcome,
  SearchRequest,
  SegmentLoad,
  VectorLoad,
} from './api.ts';
import { ChunkPlaces } from './chunk-places.ts';
import { IndexSegment, readIds } from './index-segment.ts';
import { runSearch, wordWeights } from './run-search.ts';

/**
 * The index in memory. Every change is checked and decoded first and then applied without yielding, so that a query
 * sees all of it or none. A chunk id is alive at most once: where a segment brings one that is alive elsewhere,
 * the newcomer wins and the older place is tombstoned.
 */
export class SearchIndex implements SearchApi {
  readonly #segments = new Map<SegmentId, IndexSegment>();
  readonly #places = new ChunkPlaces();
  readonly #documentNumbers = new Map<DocumentId, number>();

  async buildLexical(chunks: readonly IndexableChunk[]): Promise<Uint8Array> {
    return encodeLexicalSegment(buildLexicalSegment(chunks));
  }

  async buildVectors(passages: PassageVectors, dimensions: number): Promise<BuiltVectors> {
    const codes = encodeVectorSegment(buildVectorSegment(passages, dimensions));
    return { codes, exact: new Uint8Array(0) };
  }

  async addSegment(load: SegmentLoad): Promise<void> {
    await this.replaceSegments([], [load]);
  }

  async setVectors(segmentId: SegmentId, vectors: VectorLoad): Promise<void> {
    const segment = this.#segments.get(segmentId);
    if (segment === undefined) throw new NotFoundError('That part of the search index is not loaded.');
    segment.setVectors(vectors);
  }

  async setExact(segmentId: SegmentId): Promise<void> {
    if (!this.#segments.has(segmentId)) throw new NotFoundError('That part of the search index is not loaded.');
  }

  async replaceSegments(removed: readonly SegmentId[], added: readonly SegmentLoad[]): Promise<void> {
    const decoded = added.map((load) => new IndexSegment(load, this.#numberDocuments(load)));
    for (const segmentId of removed) this.#remove(segmentId);
    for (const segment of decoded) {
      this.#remove(segment.segmentId);
      this.#segments.set(segment.segmentId, segment);
      this.#places.add(segment);
    }
  }

  async tombstone(chunkIds: readonly ChunkId[]): Promise<void> {
    for (const chunkId of chunkIds) {
      const place = this.#places.find(chunkId);
      place?.segment.bury(place.ordinal);
    }
  }

  async readVectors(chunkIds: readonly ChunkId[], modelKey: string): Promise<PassageVectors> {
    const dimensions = this.#dimensionsOf(modelKey);
    const rowCounts = new Uint16Array(chunkIds.length);
    const found = chunkIds.map((chunkId, index) => {
      const place = this.#places.find(chunkId);
      const segment = place?.segment.vectors.get(modelKey);
      if (place === undefined || segment === undefined) return undefined;
      const first = segment.firstRows[place.ordinal] ?? 0;
      const end = segment.firstRows[place.ordinal + 1] ?? 0;
      rowCounts[index] = end - first;
      return { segment, first, end };
    });
    const vectors = new Float32Array(rowCounts.reduce((sum, rows) => sum + rows, 0) * dimensions);
    let offset = 0;
    for (const rows of found) {
      if (rows === undefined) continue;
      for (let row = rows.first; row < rows.end; row++, offset += dimensions) {
        dequantiseRow(rows.segment, row, vectors, offset);
      }
    }
    return { vectors, rowCounts };
  }

  async wordWeights(query: string): Promise<Readonly<Record<string, number>>> {
    return wordWeights([...this.#segments.values()], query);
  }

  async search(request: SearchRequest): Promise<SearchOutcome> {
    return runSearch([...this.#segments.values()], this.#allowedDocuments(request.filter), request);
  }

  async statistics(): Promise<IndexStatistics> {
    let chunkCount = 0;
    let tombstoneCount = 0;
    let termCount = 0;
    let memoryBytes = 0;
    const vectorCountByModelKey: Record<string, number> = {};
    for (const segment of this.#segments.values()) {
      chunkCount += segment.chunkIds.length - segment.tombstoneCount;
      tombstoneCount += segment.tombstoneCount;
      termCount += segment.lexical.termCount;
      memoryBytes += segment.memoryBytes;
      for (const [modelKey, { vectorCount }] of segment.vectors) {
        vectorCountByModelKey[modelKey] = (vectorCountByModelKey[modelKey] ?? 0) + vectorCount;
      }
    }
    return {
      segmentCount: this.#segments.size,
      chunkCount,
      tombstoneCount,
      termCount,
      vectorCountByModelKey,
      memoryBytes,
    };
  }

  #remove(segmentId: SegmentId): void {
    const segment = this.#segments.get(segmentId);
    if (segment === undefined) return;
    this.#segments.delete(segmentId);
    this.#places.remove(segment);
  }

  /** For each chunk of a load, its document's number in the index. */
  #numberDocuments({ documentIds, documentPlaces }: SegmentLoad): Uint32Array {
    const numbers = Uint32Array.from(readIds<DocumentId>(documentIds).toArray(), (documentId) => {
      const known = this.#documentNumbers.get(documentId);
      if (known !== undefined) return known;
      const number = this.#documentNumbers.size;
      this.#documentNumbers.set(documentId, number);
      return number;
    });
    return documentPlaces?.map((place) => numberAt(numbers, place)) ?? numbers;
  }

  #allowedDocuments(filter: SearchFilter | undefined): Uint8Array | undefined {
    if (filter?.documentIds === undefined) return undefined;
    const allowed = new Uint8Array(this.#documentNumbers.size);
    for (const documentId of filter.documentIds) {
      const number = this.#documentNumbers.get(documentId);
      if (number !== undefined) allowed[number] = 1;
    }
    return allowed;
  }

  #dimensionsOf(modelKey: string): number {
    let dimensions = 0;
    for (const { vectors } of this.#segments.values()) {
      const found = vectors.get(modelKey)?.dimensions ?? dimensions;
      if (dimensions !== 0 && found !== dimensions) {
        throw new InvalidInputError('Embeddings of one model differ in their dimensions; they have to be made again.');
      }
      dimensions = found;
    }
    return dimensions;
  }
}

function numberAt(numbers: Uint32Array, place: number): number {
  const number = numbers[place];
  if (number !== undefined) return number;
  throw new InvalidInputError('A part of the search index names a document it does not know; rebuild the index.');
}
