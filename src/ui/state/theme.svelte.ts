import type { ThemeChoice } from '../../domain/settings.ts';

export type TextSize = 'small' | 'normal' | 'large' | 'larger';

const THEMES: readonly ThemeChoice[] = ['system', 'light', 'dark'];
const TEXT_SIZES: readonly TextSize[] = ['small', 'normal', 'large', 'larger'];
const STORAGE_KEY = 'commonplace.appearance';

/**
 * Theme and text size. They say nothing about the library, and the lock screen needs them too, so they are kept
 * outside of the vault.
 */
export class ThemeState {
  #theme = $state<ThemeChoice>('system');
  #textSize = $state<TextSize>('normal');

  constructor() {
    const [theme, textSize] = readStored().split(' ');
    this.#theme = THEMES.find((known) => known === theme) ?? 'system';
    this.#textSize = TEXT_SIZES.find((known) => known === textSize) ?? 'normal';
    this.#apply();
  }

  get theme(): ThemeChoice {
    return this.#theme;
  }

  get textSize(): TextSize {
    return this.#textSize;
  }

  chooseTheme(theme: ThemeChoice): void {
    this.#theme = theme;
    this.#apply();
    this.#store();
  }

  chooseTextSize(textSize: TextSize): void {
    this.#textSize = textSize;
    this.#apply();
    this.#store();
  }

  #apply(): void {
    const root = document.documentElement;
    root.dataset['theme'] = this.#theme;
    root.dataset['text'] = this.#textSize;
  }

  #store(): void {
    try {
      localStorage.setItem(STORAGE_KEY, `${this.#theme} ${this.#textSize}`);
    } catch (error) {
      console.warn('The appearance could not be kept for the next visit.', error);
    }
  }
}

function readStored(): string {
  try {
    return localStorage.getItem(STORAGE_KEY) ?? '';
  } catch (error) {
    console.warn('The browser gave no access to the stored appearance.', error);
    return '';
  }
}
