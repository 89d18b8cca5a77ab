import { DEFAULT_SETTINGS, type RetrievalSettings } from '../../../domain/settings.ts';

export type RetrievalPreset = 'fast' | 'balanced' | 'thorough';

/** Three ways to trade time and tokens for breadth. */
export const RETRIEVAL_PRESETS: Readonly<Record<RetrievalPreset, RetrievalSettings>> = {
  fast: { passageCount: 5, candidateCount: 50, contextTokens: 2500, neighbourCount: 0, diversity: 0.2 },
  balanced: DEFAULT_SETTINGS.retrieval,
  thorough: { passageCount: 14, candidateCount: 200, contextTokens: 8000, neighbourCount: 2, diversity: 0.4 },
};

const PRESETS: readonly RetrievalPreset[] = ['fast', 'balanced', 'thorough'];
const FIELDS = ['passageCount', 'candidateCount', 'contextTokens', 'neighbourCount', 'diversity'] as const;

/** The preset these settings are, if they are one. */
export function presetOf(settings: RetrievalSettings): RetrievalPreset | undefined {
  return PRESETS.find((name) => FIELDS.every((field) => RETRIEVAL_PRESETS[name][field] === settings[field]));
}
