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

/**
 * For each entry, the document it is a passage of: entries that follow one another under one title (turns of a session,
 * paragraphs of an article) are parts of one document, as they would be in a library; others stand alone.
 */
function documentsOf(entries: BeirCollection['documents']): {
  readonly documents: number[];
  readonly positions: Uint32Array;
} {
  const documents: number[] = [];
  const positions = new Uint32Array(entries.length);
  entries.forEach(({ title }, at) => {
    const goesOn = at > 0 && title !== '' && title === entries[at - 1]?.title;
    documents.push(goesOn ? (documents[at - 1] ?? at) : at);
    positions[at] = goesOn ? (positions[at - 1] ?? 0) + 1 : 0;
  });
  return { documents, positions };
}

/** A judged collection in the product's own index, each entry as one passage. */
export class JudgedIndex {
  readonly #index = new SearchIndex();
  readonly #collection: BeirCollection;
  readonly #embedder: CollectionEmbedder | undefined;
  readonly #documents: readonly number[];
  readonly #positions: Uint32Array;

  private constructor(collection: BeirCollection, embedder: CollectionEmbedder | undefined) {
    this.#collection = collection;
    this.#embedder = embedder;
    const { documents, positions } = documentsOf(collection.documents);
    this.#documents = documents;
    this.#positions = positions;
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
      documentIds: chunks.map((_, at) => numberedId<DocumentId>(this.#documents[first + at] ?? first + at)),
      positions: this.#positions.slice(first, first + chunks.length),
      tombstones: [],
      lexical: await this.#index.buildLexical(chunks),
      ...(vectors && { vectors }),
    });
  }
}
