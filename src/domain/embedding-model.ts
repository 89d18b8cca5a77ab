/** A sentence-embedding model as data: everything that differs between models is a field here. */
export interface EmbeddingModel {
  /** Also its folder under `models/` and its name on the hub. */
  readonly modelId: string;
  readonly label: string;
  /** Changes with the weights, where a new version of them comes under the same id: vectors of both are never compared. */
  readonly revision?: string;
  readonly dimensions: number;
  /** Tokens the model reads; longer texts would be cut by it, so chunks are kept below. */
  readonly maxTokens: number;
  readonly queryPrefix: string;
  readonly passagePrefix: string;
  readonly pooling: 'mean' | 'cls';
  /** `static`: one learned vector per token, summed; no network to run. */
  readonly architecture: 'transformer' | 'static';
  /** Beside the whole of a passage, windows of it have vectors too; lengths in tokens. */
  readonly windows?: { readonly tokens: number; readonly stride: number };
  /** A question's words are weighted by their inverse document frequency in the library, to this power. */
  readonly queryIdfExponent?: number;
  readonly dtype: 'q4' | 'q8' | 'fp32' | 'fp16';
  readonly sizeBytes: number;
  readonly languages: 'english' | 'multilingual';
  /** On one thread of an ordinary processor, for passages of about a hundred tokens: for estimates before the first use. */
  readonly passagesPerSecond?: number;
  readonly licence: string;
  /** Cosine below which a passage counts as unrelated, on this model's own scale. */
  readonly relevanceFloor: number;
  /**
   * How well it finds beside words: mean nDCG@10 by meaning alone over that by words alone (BM25), on collections it was
   * not tuned on. What the weight between the two rests on; absent where nothing is known.
   */
  readonly meaningStrength?: number;
  /** Cosine of texts that have nothing to do with one another, on this model's own scale. Absent: 0. */
  readonly unrelatedCosine?: number;
}

/** Where a model's files come from. `none`: it is nowhere to be had; `reason` says what to do. */
export type ModelSource =
  | { readonly kind: 'site' }
  | { readonly kind: 'picked' }
  | { readonly kind: 'hub'; readonly isDownloaded: boolean }
  | { readonly kind: 'none'; readonly reason: string };
