import { passphraseBytes } from '../../features/vault/passphrase.ts';
import type { PassphraseStrength } from '../../features/vault/passphrase-strength.ts';

const MEASURE_DELAY_MS = 150;

/** A passphrase being made up: its text, and how hard it is to guess once typing pauses. */
export class PassphraseDraft {
  #text = $state('');
  #strength = $state.raw<PassphraseStrength>();
  #suggestion = $state('');
  #timer: ReturnType<typeof setTimeout> | undefined;

  get text(): string {
    return this.#text;
  }

  set text(text: string) {
    this.#text = text;
    clearTimeout(this.#timer);
    if (text === '') this.#strength = undefined;
    else this.#timer = setTimeout(() => void this.#measureQuietly(), MEASURE_DELAY_MS);
  }

  get strength(): PassphraseStrength | undefined {
    return this.#strength;
  }

  /** True while the text is still the words that were suggested. */
  get isSuggested(): boolean {
    return this.#suggestion !== '' && this.#suggestion === this.#text;
  }

  async suggest(): Promise<void> {
    const { suggestPassphrase } = await loadStrength();
    this.#suggestion = suggestPassphrase();
    this.text = this.#suggestion;
  }

  async measureNow(): Promise<PassphraseStrength> {
    const { measurePassphrase } = await loadStrength();
    const text = this.#text;
    const strength = await measurePassphrase(text);
    if (text === this.#text) this.#strength = strength;
    return strength;
  }

  toBytes(): Uint8Array {
    return passphraseBytes(this.#text);
  }

  async #measureQuietly(): Promise<void> {
    try {
      await this.measureNow();
    } catch (error) {
      // The meter is an aid: creating measures again and reports what is wrong.
      console.warn('The passphrase could not be measured.', error);
    }
  }
}

/** The words and tables to measure by are large, and needed on this screen only. */
function loadStrength(): Promise<typeof import('../../features/vault/passphrase-strength.ts')> {
  return import('../../features/vault/passphrase-strength.ts');
}
