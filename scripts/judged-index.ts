import type { PassageVectors } from '../src/domain/passage-vectors.ts';
import type { QueryTokens, TokenTable } from '../src/domain/token-alignment.ts';
import { idFromBytes, type ChunkId, type DocumentId, type SegmentId } from '../src/domain/ids.ts';
import type { SearchOutcome, SearchRequest } from '../workers/search/api.ts';
import { SearchIndex } from '../workers/search/search-index.ts';
import type { BeirCollection } from './beir.ts';

const SEGMENT_SIZE = 1000;

/** What a judged collection is embedded with. */
export interface CollectionEmbedder {
  readonly model: string;
  readonly dimensions: number;
  readonly meaningStrength?: number;
  readonly unrelatedCosine?: number;
  embedPassages(texts: readonly string[]): Promise<PassageVectors>;
  embedQuery(text: string, wordWeights?: Readonly<Record<string, number>>): Promise<Float32Array>;
  queryTokens(text: string, wordWeights: Readonly<Record<string, number>>): QueryTokens | undefined;
  tokenTable(): TokenTable | undefined;
}

function numberedId<Id extends ChunkId | DocumentId | SegmentId>(number: number): Id {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(12, number);
  return idFromBytes<Id>(bytes);
}

/** A judged collection in the product's own index, each document as one passage. */
export class JudgedIndex {
  readonly #index = new SearchIndex();
  readonly #collection: BeirCollection;
  readonly #embedder: CollectionEmbedder | undefined;

  private constructor(collection: BeirCollection, embedder: CollectionEmbedder | undefined) {
    this.#collection = collection;
    this.#embedder = embedder;
  }

  static async build(collection: BeirCollection, embedder: CollectionEmbedder | undefined): Promise<JudgedIndex> {
    const judged = new JudgedIndex(collection, embedder);
    if (embedder) await judged.#index.setTokenTable(embedder.model, embedder.tokenTable());
    for (let first = 0; first < collection.documents.length; first += SEGMENT_SIZE) await judged.#addSegment(first);
    return judged;
  }

  /** Terms in the body of a passage, on average. */
  async meanLength(): Promise<number> {
    return (await this.#index.statistics()).meanLength;
  }

  /** The question's vector, weighted as the product does it; `undefined` without a model. */
  async embedQuery(text: string): Promise<Float32Array | undefined> {
    return this.#embedder?.embedQuery(text, await this.#index.wordWeights(text));
  }

  async search(
    request: Omit<SearchRequest, 'modelKey' | 'meaningStrength' | 'unrelatedCosine' | 'queryTokens'>,
  ): Promise<SearchOutcome> {
    const queryTokens =
      request.mode === 'hybrid'
        ? this.#embedder?.queryTokens(request.query, await this.#index.wordWeights(request.query))
        : undefined;
    const { model, meaningStrength, unrelatedCosine } = this.#embedder ?? {};
    return this.#index.search({
      ...request,
      ...(model !== undefined && { modelKey: model }),
      ...(queryTokens && { queryTokens }),
      ...(meaningStrength !== undefined && { meaningStrength }),
      ...(unrelatedCosine !== undefined && { unrelatedCosine }),
    });
  }

  /** The collection's own name of a passage. */
  documentIdOf(chunkId: ChunkId): string {
    return this.#collection.documents[Number.parseInt(chunkId.slice(-8), 16)]?.id ?? '';
  }

  async #addSegment(first: number): Promise<void> {
    const documents = this.#collection.documents.slice(first, first + SEGMENT_SIZE);
    const chunks = documents.map(({ title, text }, at) => ({
      chunkId: numberedId<ChunkId>(first + at),
      title,
      headings: '',
      body: text,
      fileName: '',
    }));
    const embedder = this.#embedder;
    const vectors = embedder && {
      modelKey: embedder.model,
      dimensions: embedder.dimensions,
      ...(await this.#index.buildVectors(
        await embedder.embedPassages(documents.map(({ title, text }) => (title === '' ? text : `${title}\n${text}`))),
        embedder.dimensions,
      )),
    };
    await this.#index.addSegment({
      segmentId: numberedId(first),
      chunkIds: chunks.map(({ chunkId }) => chunkId),
      documentIds: chunks.map((_, at) => numberedId<DocumentId>(first + at)),
      tombstones: [],
      lexical: await this.#index.buildLexical(chunks),
      ...(vectors && { vectors }),
    });
  }
}
