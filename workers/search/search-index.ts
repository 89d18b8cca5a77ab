import { InvalidInputError, NotFoundError } from '../../src/domain/errors.ts';
import type { ChunkId, DocumentId, SegmentId } from '../../src/domain/ids.ts';
import { joinPassages, NO_ROWS, type PassageRows, type PassageVectors } from '../../src/domain/passage-vectors.ts';
import type { TokenTable } from '../../src/domain/token-alignment.ts';
import { buildLexicalSegment, forgetWords } from '../../src/engine/lexical/build-lexical-segment.ts';
import { encodeLexicalSegment } from '../../src/engine/lexical/lexical-segment.ts';
import { createTokenAligner, type TokenAligner } from '../../src/engine/ranking/alignment.ts';
import { RowQuantiser } from '../../src/engine/vector/quantised-rows.ts';
import {
  buildSegmentVectors,
  decodeExactRows,
  encodeExactRows,
  encodeVectorCodes,
} from '../../src/engine/vector/segment-vectors.ts';
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
import { ModelVectors } from './model-vectors.ts';
import { PassageOrder } from './passage-order.ts';
import { runSearch, wordWeights } from './run-search.ts';
import { TokenLists } from './token-lists.ts';

/** An import that has not built anything for so long is over: what it knows of words is let go. */
const REST_MS = 3000;

/**
 * The index in memory. Every change is checked and decoded first and then applied without yielding, so that a query
 * sees all of it or none. A chunk id is alive at most once: where a segment brings one that is alive elsewhere,
 * the newcomer wins and the older place is tombstoned.
 */
export class SearchIndex implements SearchApi {
  readonly #segments = new Map<SegmentId, IndexSegment>();
  readonly #places = new ChunkPlaces();
  readonly #order = new PassageOrder();
  readonly #documentNumbers = new Map<DocumentId, number>();
  readonly #models: ModelVectors;
  readonly #aligners = new Map<string, TokenAligner>();
  #quantiser: RowQuantiser | undefined;
  #restTimer: ReturnType<typeof setTimeout> | undefined;

  /** `models`: how vectors are searched; by default on this thread. */
  constructor(models = new ModelVectors()) {
    this.#models = models;
  }

  async buildLexical(chunks: readonly IndexableChunk[]): Promise<Uint8Array> {
    clearTimeout(this.#restTimer);
    this.#restTimer = setTimeout(forgetWords, REST_MS);
    return encodeLexicalSegment(buildLexicalSegment(chunks));
  }

  async buildVectors(passages: PassageVectors, dimensions: number): Promise<BuiltVectors> {
    this.#quantiser ??= new RowQuantiser();
    const { codes, exact } = buildSegmentVectors(passages, dimensions, this.#quantiser);
    return { codes: encodeVectorCodes(codes), exact: encodeExactRows(exact) };
  }

  async addSegment(load: SegmentLoad): Promise<void> {
    await this.replaceSegments([], [load]);
  }

  async setVectors(segmentId: SegmentId, vectors: VectorLoad): Promise<void> {
    const segment = this.#segments.get(segmentId);
    if (segment === undefined) throw new NotFoundError('That part of the search index is not loaded.');
    segment.setVectors(vectors, this.#models);
  }

  async setExact(segmentId: SegmentId, modelKey: string, exact?: Uint8Array): Promise<void> {
    const placed = this.#segments.get(segmentId)?.vectors.get(modelKey);
    if (placed === undefined) throw new NotFoundError('That part of the search index is not loaded.');
    const { chunkCount, rowCount } = placed.part;
    const { dimensions } = placed.index;
    const rows = exact && decodeExactRows(exact, { chunkCount, rowCount, dimensions });
    placed.index.setExact(placed.part, rows);
    placed.hasExact = rows !== undefined;
    placed.tokens = TokenLists.of(rows?.tokens);
    // Exact rows come in while nobody waits, a segment at a time: so do the ids that opening left aside.
    this.#places.indexNext();
  }

  async replaceSegments(removed: readonly SegmentId[], added: readonly SegmentLoad[]): Promise<void> {
    const decoded = added.map((load) => new IndexSegment(load, this.#numberDocuments(load)));
    for (const segment of decoded) segment.checkFit(this.#models);
    for (const segmentId of removed) this.#remove(segmentId);
    for (const [at, segment] of decoded.entries()) {
      this.#remove(segment.segmentId);
      this.#segments.set(segment.segmentId, segment);
      segment.enter(this.#models);
      this.#places.add(segment, added[at]?.isKnownApart);
      this.#order.add(segment);
    }
  }

  async tombstone(chunkIds: readonly ChunkId[]): Promise<void> {
    for (const chunkId of chunkIds) {
      const place = this.#places.find(chunkId);
      place?.segment.bury(place.ordinal);
    }
  }

  async readVectors(chunkIds: readonly ChunkId[], modelKey: string): Promise<PassageVectors> {
    let dimensions = 1;
    const passages = chunkIds.map((chunkId): PassageRows => {
      const place = this.#places.find(chunkId);
      const placed = place?.segment.vectors.get(modelKey);
      const rows = place && placed?.index.readRows(placed.part.firstKey + place.ordinal);
      if (!place || !placed || !rows) return NO_ROWS;
      dimensions = placed.index.dimensions;
      const tokenIds = placed.tokens?.at(place.ordinal);
      return { rows, ...(tokenIds && { tokenIds }) };
    });
    return joinPassages(passages, dimensions);
  }

  async wordWeights(query: string): Promise<Readonly<Record<string, number>>> {
    return wordWeights([...this.#segments.values()], query);
  }

  async setTokenTable(modelKey: string, table?: TokenTable): Promise<void> {
    if (table === undefined) this.#aligners.delete(modelKey);
    else this.#aligners.set(modelKey, createTokenAligner(table));
  }

  async search(request: SearchRequest): Promise<SearchOutcome> {
    const aligner = request.modelKey === undefined ? undefined : this.#aligners.get(request.modelKey);
    return runSearch(
      [...this.#segments.values()],
      this.#allowedDocuments(request.filter),
      request,
      this.#order,
      aligner,
    );
  }

  async statistics(): Promise<IndexStatistics> {
    let chunkCount = 0;
    let tombstoneCount = 0;
    let termCount = 0;
    let lengthSum = 0;
    let memoryBytes = this.#models.memoryBytes;
    const vectorCountByModelKey: Record<string, number> = {};
    for (const segment of this.#segments.values()) {
      chunkCount += segment.chunkIds.length - segment.tombstoneCount;
      tombstoneCount += segment.tombstoneCount;
      termCount += segment.lexical.termCount;
      lengthSum += segment.fieldTotals[0] ?? 0;
      memoryBytes += segment.memoryBytes;
      for (const [modelKey, { vectorCount, tokens }] of segment.vectors) {
        memoryBytes += tokens?.memoryBytes ?? 0;
        vectorCountByModelKey[modelKey] = (vectorCountByModelKey[modelKey] ?? 0) + vectorCount;
      }
    }
    return {
      segmentCount: this.#segments.size,
      chunkCount,
      tombstoneCount,
      termCount,
      meanLength: chunkCount === 0 ? 0 : lengthSum / chunkCount,
      vectorCountByModelKey,
      memoryBytes,
    };
  }

  #remove(segmentId: SegmentId): void {
    const segment = this.#segments.get(segmentId);
    if (segment === undefined) return;
    this.#segments.delete(segmentId);
    this.#places.remove(segment);
    this.#order.remove(segment);
    segment.leave(this.#models);
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
}

function numberAt(numbers: Uint32Array, place: number): number {
  const number = numbers[place];
  if (number !== undefined) return number;
  throw new InvalidInputError('A part of the search index names a document it does not know; rebuild the index.');
}
