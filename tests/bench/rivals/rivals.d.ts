// The little that is used of each rival: types are checked without the rivals being installed.

declare module 'hnswlib-wasm' {
  interface HierarchicalNSW {
    initIndex(maxElements: number, m: number, efConstruction: number, randomSeed: number): void;
    addItems(items: readonly Float32Array[], replaceDeleted: boolean): number[];
    setEfSearch(ef: number): void;
    searchKnn(query: Float32Array, k: number, filter: undefined): { readonly neighbors: readonly number[] };
  }
  export function loadHnswlib(): Promise<{
    readonly HierarchicalNSW: new (space: 'l2' | 'ip' | 'cosine', dimensions: number, file: string) => HierarchicalNSW;
  }>;
}

declare module 'edgevec' {
  export default function init(): Promise<unknown>;
  export const JsIndexType: { readonly Flat: 0; readonly Hnsw: 1 };
  export class EdgeVecConfig {
    constructor(dimensions: number);
    metric: 'l2' | 'cosine' | 'dot' | 'hamming';
    indexType: 0 | 1;
    ef_search: number;
  }
  export class EdgeVec {
    constructor(config: EdgeVecConfig);
    insertBatchFlat(rows: Float32Array, count: number): Uint32Array;
    enableBQ(): void;
    search(query: Float32Array, k: number): readonly { readonly id: number }[];
    searchBQRescored(query: Float32Array, k: number, rescoreFactor: number): readonly { readonly id: number }[];
  }
}

declare module 'sqlite-vec-wasm-demo' {
  interface Statement {
    bind(index: number, value: number | bigint | Uint8Array): this;
    step(): boolean;
    stepReset(): this;
    reset(): this;
    getInt(column: number): number;
    finalize(): void;
  }
  interface Database {
    exec(sql: string): void;
    prepare(sql: string): Statement;
  }
  export default function sqlite3InitModule(
    options: object,
  ): Promise<{ readonly oo1: { readonly DB: new (name: string) => Database } }>;
}

declare module '@electric-sql/pglite' {
  export class PGlite {
    static create(options: { readonly extensions: object }): Promise<PGlite>;
    exec(sql: string): Promise<unknown>;
    query<Row>(sql: string, values: readonly unknown[]): Promise<{ readonly rows: readonly Row[] }>;
  }
}

declare module '@electric-sql/pglite-pgvector' {
  export const vector: object;
}

declare module '@orama/orama' {
  interface Orama {
    readonly schema: object;
  }
  interface Found {
    readonly hits: readonly { readonly id: string }[];
  }
  export function create(options: { readonly schema: Readonly<Record<string, string>> }): Orama;
  export function insertMultiple(database: Orama, documents: readonly object[], batchSize: number): Promise<unknown>;
  export function search(database: Orama, request: { readonly term: string; readonly limit: number }): Promise<Found>;
  export function searchVector(
    database: Orama,
    request: {
      readonly mode: 'vector';
      readonly vector: { readonly value: readonly number[]; readonly property: string };
      readonly similarity: number;
      readonly limit: number;
    },
  ): Promise<Found>;
  export function save(database: Orama): unknown;
  export function load(database: Orama, saved: unknown): void;
}

declare module 'client-vector-search' {
  interface Item {
    readonly id: number;
    readonly embedding: readonly number[];
  }
  export class EmbeddingIndex {
    add(item: Item): void;
    search(
      query: readonly number[],
      options: { readonly topK: number; readonly useStorage: 'none' },
    ): Promise<readonly { readonly object: Item }[]>;
  }
}

declare module 'minisearch' {
  export default class MiniSearch {
    constructor(options: { readonly fields: readonly string[] });
    addAll(documents: readonly object[]): void;
    search(query: string): readonly { readonly id: unknown }[];
    static loadJSON(json: string, options: { readonly fields: readonly string[] }): MiniSearch;
  }
}

declare module 'flexsearch' {
  export class Index {
    constructor(options: { readonly tokenize: 'strict' | 'forward' });
    add(id: number, text: string): void;
    search(query: string, options: { readonly limit: number }): readonly (number | string)[];
    export(handler: (key: string, data: string | undefined) => void): Promise<void> | void;
    import(key: string, data: string): void;
  }
}
