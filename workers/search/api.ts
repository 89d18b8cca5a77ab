import type { ChunkId, DocumentId, SegmentId } from '../../src/domain/ids.ts';
import type { FusionOutcome, Hit, StageTimings } from '../../src/domain/hit.ts';
import type { PassageVectors } from '../../src/domain/passage-vectors.ts';
import type { QueryTokens, TokenTable } from '../../src/domain/token-alignment.ts';

/**
 * The index in memory: immutable segments of chunks, each with postings and, once they exist, vectors; deletions
 * are tombstones. Holds no keys and no texts.
 */
export interface SearchApi {
  /**
   * Postings for a new segment, from the chunks' fields. Pure: nothing is added to the index. The bytes are what
   * `addSegment` takes and what is sealed to disk; transferred.
   */
  buildLexical(chunks: readonly IndexableChunk[]): Promise<Uint8Array>;
  /** Quantised vectors for a segment, from the rows of its chunks. Pure. Transferred. */
  buildVectors(passages: PassageVectors, dimensions: number): Promise<BuiltVectors>;
  /** Adds a segment, or replaces the one of the same id in one step. Throws `EnvelopeRejectedError`-free `InvalidInputError` on bytes that are not a segment. */
  addSegment(segment: SegmentLoad): Promise<void>;
  /** Sets or replaces the vectors of a segment that is already there. */
  setVectors(segmentId: SegmentId, vectors: VectorLoad): Promise<void>;
  /** Brings in the exact rows of a segment whose codes are there, or, without `exact`, lets go of them. */
  setExact(segmentId: SegmentId, modelKey: string, exact?: Uint8Array): Promise<void>;
  /** Swaps segments in one step: queries see all of the old or all of the new. */
  replaceSegments(removed: readonly SegmentId[], added: readonly SegmentLoad[]): Promise<void>;
  tombstone(chunkIds: readonly ChunkId[]): Promise<void>;
  /**
   * The vectors of these chunks as they were built; no rows where there are none, or where the exact rows are not in
   * memory. Transferred.
   */
  readVectors(chunkIds: readonly ChunkId[], modelKey: string): Promise<PassageVectors>;
  /** For each word of a question that the library contains, its inverse document frequency; see `wordsOf`. */
  wordWeights(query: string): Promise<Readonly<Record<string, number>>>;
  /** Brings in the token vectors of a model, with which `SearchRequest.queryTokens` are aligned, or lets go of them. Moved. */
  setTokenTable(modelKey: string, table?: TokenTable): Promise<void>;
  search(request: SearchRequest): Promise<SearchOutcome>;
  statistics(): Promise<IndexStatistics>;
}

export interface IndexableChunk {
  readonly chunkId: ChunkId;
  readonly title: string;
  readonly headings: string;
  readonly body: string;
  readonly fileName: string;
}

/** Ids as text, or as 16 bytes each, which reach the index without a copy. */
export type IdList<Id> = readonly Id[] | Uint8Array;

export interface SegmentLoad {
  readonly segmentId: SegmentId;
  /** In ordinal order; ordinals in postings and vectors count along these. */
  readonly chunkIds: IdList<ChunkId>;
  /** For each chunk, its document: used by filters and by diversity. */
  readonly documentIds: IdList<DocumentId>;
  /** With it, `documentIds` holds each document once, and this for each chunk its document's place among them. */
  readonly documentPlaces?: Uint32Array;
  /** For each chunk, its position in its document; absent: nothing is known of what stands next to it. */
  readonly positions?: Uint32Array;
  /** Ordinals already deleted. */
  readonly tombstones: readonly number[];
  /** Of a library that was stored whole: no chunk is alive in another segment of it. What is looked for by id can wait. */
  readonly isKnownApart?: boolean;
  readonly lexical: Uint8Array;
  readonly vectors?: VectorLoad;
}

export interface VectorLoad {
  /** Names model, dimensions and chunker; vectors under different keys are never compared. */
  readonly modelKey: string;
  readonly dimensions: number;
  readonly codes: Uint8Array;
  /** Absent: the segment is searched by its codes alone until `setExact`. */
  readonly exact?: Uint8Array;
}

/** Both check themselves when they are loaded. */
export interface BuiltVectors {
  /** Compact codes of all rows: in memory from unlocking on. */
  readonly codes: Uint8Array;
  /** The rows at higher precision, for the candidates that the codes find. */
  readonly exact: Uint8Array;
}

export interface SearchFilter {
  /** Only these documents. */
  readonly documentIds?: readonly DocumentId[];
}

export interface SearchRequest {
  readonly query: string;
  /** Absent: by words only. */
  readonly queryVector?: Float32Array;
  readonly modelKey?: string;
  /** The question's tokens under `modelKey`; aligned with those of the passages where the model's table is there. */
  readonly queryTokens?: QueryTokens;
  /** Hits wanted after fusion and diversity. */
  readonly k: number;
  /** Candidates taken from each retriever. */
  readonly candidateCount: number;
  readonly diversity: number;
  readonly mode: 'lexical' | 'dense' | 'hybrid';
  readonly filter?: SearchFilter;
  /** Each has to stand in a hit word for word. */
  readonly phrases?: readonly string[];
  /** Words and phrases no hit may hold. */
  readonly excluded?: readonly string[];
  /** Beginnings of words; searched for beside the words of `query`. */
  readonly prefixes?: readonly string[];
  /** Nearly equal passages become one hit; see `Hit.duplicates`. Default: each stands for itself. */
  readonly foldsDuplicates?: boolean;
  /** Default `convex`. */
  readonly fusion?: 'convex' | 'rrf';
  /** Of the model behind `queryVector`; see `EmbeddingModel.meaningStrength`. */
  readonly meaningStrength?: number;
  /** What alignment adds beside words and meaning; default `ALIGNMENT_WEIGHT`. Evaluations try others. */
  readonly alignmentWeight?: number;
  /** Times the strength of context that the library's passages call for; default 1. Evaluations try others. */
  readonly contextStrength?: number;
  /** See `EmbeddingModel.unrelatedCosine`. */
  readonly unrelatedCosine?: number;
}

export interface QueryTermFound {
  readonly term: string;
  readonly idf: number;
  /** The word as it stood in the question, in lower case and without accents. */
  readonly typed: string;
}

export interface SearchOutcome {
  readonly hits: readonly Hit[];
  /** The query's terms as indexed, with their inverse document frequency; 0 for terms the library does not contain. */
  readonly queryTerms: readonly QueryTermFound[];
  readonly timings: StageTimings;
  /** Segments whose exact rows would have decided places among the hits and are not in memory; most decisive first. */
  readonly wantedExact?: readonly SegmentId[];
  readonly fusion: FusionOutcome;
  /** The best of what was found and did not make it into `hits`, at most three. */
  readonly nearMisses: readonly Hit[];
}

export interface IndexStatistics {
  readonly segmentCount: number;
  readonly chunkCount: number;
  readonly tombstoneCount: number;
  readonly termCount: number;
  /** Terms in the body of a chunk, on average. */
  readonly meanLength: number;
  readonly vectorCountByModelKey: Readonly<Record<string, number>>;
  readonly memoryBytes: number;
}
