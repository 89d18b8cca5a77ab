/** Everything the person can set, with the defaults the product ships. Sealed in the vault as one record. */

export interface ChunkingSettings {
  /** Upper bound of a chunk in tokens; the embedding model's own limit wins where it is lower. */
  readonly maxTokens: number;
  readonly overlapTokens: number;
}

export interface RetrievalSettings {
  /** Passages put before the model or quoted. */
  readonly passageCount: number;
  /** Candidates taken from each retriever before fusion. */
  readonly candidateCount: number;
  /** Tokens of passages in one prompt. */
  readonly contextTokens: number;
  /** Neighbouring chunks added on each side of a hit where the budget allows. */
  readonly neighbourCount: number;
  /** 0 = relevance only, 1 = variety only (MMR's 1 − λ). */
  readonly diversity: number;
}

export interface ProviderSettings {
  /** Key of `platform/llm/providers.ts`. */
  readonly presetId: string;
  readonly baseUrl: string;
  readonly modelName: string;
  readonly temperature: number;
  readonly maxOutputTokens: number;
  readonly timeoutMs: number;
}

export type ThemeChoice = 'system' | 'light' | 'dark';

export interface Settings {
  readonly chunking: ChunkingSettings;
  readonly retrieval: RetrievalSettings;
  /** Absent: no provider; answers are extractive. The API key is a secret of its own, never in here. */
  readonly provider?: ProviderSettings;
  /** Key of `platform/compute/models.ts`; absent: search by words only. */
  readonly embeddingModelId?: string;
  /** A model being switched to: its index is built beside the one in use, also across reloads. */
  readonly nextEmbeddingModelId?: string;
  /** Per model, where it ran faster when both were tried on this device. */
  readonly embeddingDevices?: Readonly<Record<string, 'wasm' | 'webgpu'>>;
  /** Key of `platform/compute/rerankers.ts`; absent: answers rest on the first ranking. */
  readonly rerankerModelId?: string;
  readonly autoLockMinutes: number;
}

export const DEFAULT_SETTINGS: Settings = {
  chunking: { maxTokens: 700, overlapTokens: 50 },
  retrieval: { passageCount: 8, candidateCount: 100, contextTokens: 4000, neighbourCount: 1, diversity: 0.3 },
  embeddingModelId: 'commonplace/static-en-512',
  autoLockMinutes: 15,
};

/** Limits on what a person can type, from the product's feature list. */
export const MAX_QUESTION_LENGTH = 5000;
export const MAX_TITLE_LENGTH = 200;
