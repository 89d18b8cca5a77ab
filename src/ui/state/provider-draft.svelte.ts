import type { ProviderSettings } from '../../domain/settings.ts';
import { readBaseUrl } from '../../platform/llm/base-url.ts';
import { findPreset, isPresetId, type ProviderPreset } from '../../platform/llm/providers.ts';

const DEFAULTS = { temperature: 0.2, maxOutputTokens: 1500, timeoutMs: 60_000 };

/** A provider as it is being filled in. */
export class ProviderDraft {
  readonly #saved: ProviderSettings | undefined;
  #presetId = $state('');
  baseUrl = $state('');
  apiKey = $state('');
  modelName = $state('');
  temperature = $state(DEFAULTS.temperature);
  maxOutputTokens = $state(DEFAULTS.maxOutputTokens);
  timeoutMs = $state(DEFAULTS.timeoutMs);

  /** `defaultPresetId` is selected while none has been saved; an unknown one is passed over. */
  constructor(saved: ProviderSettings | undefined, defaultPresetId = 'openai') {
    this.#saved = saved;
    if (saved === undefined) {
      this.choosePreset(isPresetId(defaultPresetId) ? defaultPresetId : 'openai');
      return;
    }
    this.#presetId = findPreset(saved.presetId).id;
    this.baseUrl = saved.baseUrl;
    this.modelName = saved.modelName;
    this.temperature = saved.temperature;
    this.maxOutputTokens = saved.maxOutputTokens;
    this.timeoutMs = saved.timeoutMs;
  }

  readonly preset: ProviderPreset = $derived(findPreset(this.#presetId));
  readonly address = $derived(readBaseUrl(this.baseUrl));

  /** True while a key that is already sealed for this address would go on being used. */
  get hasKeptKey(): boolean {
    if (this.#saved === undefined || this.address.kind === 'invalid') return false;
    return new URL(this.#saved.baseUrl).origin === this.address.origin;
  }

  choosePreset(presetId: string): void {
    const preset = findPreset(presetId);
    const isSaved = this.#saved?.presetId === presetId;
    this.#presetId = presetId;
    this.baseUrl = isSaved && this.#saved ? this.#saved.baseUrl : preset.baseUrl;
    this.modelName = isSaved && this.#saved ? this.#saved.modelName : (preset.suggestedModelNames[0] ?? '');
    this.apiKey = '';
  }

  /** What is saved, or `undefined` while address or model are missing. */
  toSettings(): ProviderSettings | undefined {
    const modelName = this.modelName.trim();
    if (this.address.kind === 'invalid' || modelName === '') return undefined;
    return {
      presetId: this.#presetId,
      baseUrl: this.address.baseUrl,
      modelName,
      temperature: this.temperature,
      maxOutputTokens: this.maxOutputTokens,
      timeoutMs: this.timeoutMs,
    };
  }
}
