/** Tag characters, bidirectional overrides and isolates, zero-width spaces and joiners in runs: text that hides or reorders text. */
const HIDDEN = /[\u{E0000}-\u{E007F}\u202A-\u202E\u2066-\u2069\u200B\u2060\uFEFF\u00AD]|[\u200C\u200D]{2,}/gu;

/** The text without characters that a person cannot see but a model, a search or a reader's eye order would follow. */
export function visibleText(text: string): string {
  return text.replace(HIDDEN, '');
}
