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

/** What is kept in memory, and for how long; see `engine/tiers.ts`. */
export interface TierSettings {
  /** Uses within the window that make an answer hot, so that it is kept before all others. */
  readonly hotUses: number;
  /** Uses within the window that keep a part of the library decrypted before others. */
  readonly warmUses: number;
  readonly windowSeconds: number;
  /** Unused for so long, an answer is forgotten and a part of the library counts as cold. */
  readonly ttlMinutes: number;
  /** Answers below this quality, in [0, 1], never become hot. */
  readonly hotQuality: number;
  /** A question with one of these words promotes what it touches at once. */
  readonly urgentWords: readonly string[];
  /** Decrypted passages in memory at most. */
  readonly passageMegabytes: number;
  /** Exact vector rows in memory at most. */
  readonly exactMegabytes: number;
}

export type ThemeChoice = 'system' | 'light' | 'dark';

export interface Settings {
  readonly chunking: ChunkingSettings;
  readonly retrieval: RetrievalSettings;
  readonly tiers: TierSettings;
  /** Absent: no provider; answers are extractive. The API key is a secret of its own, never in here. */
  readonly provider?: ProviderSettings;
  /** Key of `platform/compute/models.ts`; absent: search by words only. */
  readonly embeddingModelId?: string;
  /** A model being switched to: its index is built beside the one in use, also across reloads. */
  readonly nextEmbeddingModelId?: string;
  /** Per model, where it ran faster when both were tried on this device. */
  readonly embeddingDevices?: Readonly<Record<string, 'wasm' | 'webgpu'>>;
  /** Key of `platform/compute/rerankers.ts`; absent or empty: answers rest on the first ranking. */
  readonly rerankerModelId?: string;
  readonly autoLockMinutes: number;
  /** When the newest backup was made and read back, milliseconds since 1970; absent before the first. */
  readonly lastBackupAt?: number;
}

export const DEFAULT_SETTINGS: Settings = {
  chunking: { maxTokens: 700, overlapTokens: 50 },
  retrieval: { passageCount: 8, candidateCount: 100, contextTokens: 4000, neighbourCount: 1, diversity: 0.3 },
  tiers: {
    hotUses: 10,
    warmUses: 3,
    windowSeconds: 300,
    ttlMinutes: 30,
    hotQuality: 0.8,
    urgentWords: ['error', 'crash', 'urgent', 'production', 'down', 'fail'],
    passageMegabytes: 48,
    exactMegabytes: 256,
  },
  embeddingModelId: 'commonplace/static-en-512',
  autoLockMinutes: 15,
};

/** Limits on what a person can type, from the product's feature list. */
export const MAX_QUESTION_LENGTH = 5000;
export const MAX_TITLE_LENGTH = 200;
