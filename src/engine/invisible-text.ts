/**
 * Characters a reader does not see but a search or a language model would: the usual way to smuggle
 * instructions or to break words. Tag characters (U+E0000–E007F), direction controls (U+202A–202E,
 * U+2066–2069: see UTR #36, "bidirectional text spoofing"), word joiners and invisible operators
 * (U+2060–2064), a byte-order mark inside the text, runs of zero-width or variation characters, and
 * control characters other than tab, line feed and form feed. A single zero-width joiner or non-joiner is kept: Persian,
 * Hindi and emoji need it. Soft hyphens go too, because they split words for search.
 */
const INVISIBLE =
  /[\u{E0000}-\u{E007F}\u202A-\u202E\u2066-\u2069\u2060-\u2064\uFEFF\u00AD\u0000-\u0008\u000B\u000E-\u001F\u007F]|[\u200B-\u200D]{2,}|[\uFE00-\uFE0F\u{E0100}-\u{E01EF}]{2,}/gu;

// A cheap first look: nearly all text has none of these.

const MAYBE =
  /[\uDB40\u200B-\u200D\u202A-\u202E\u2060-\u2069\uFEFF\u00AD\uFE00-\uFE0F\u0000-\u0008\u000B\u000E-\u001F\u007F]/;

const SUSPICIOUS = /[\u{E0000}-\u{E007F}\u202D\u202E\u200B-\u200D\u{E0100}-\u{E01EF}]/u;

export interface VisibleText {
  readonly text: string;
  /** Code points removed that hide or disguise text; soft hyphens and the like are not counted. */
  readonly removedCount: number;
}

/** Removes what cannot be seen. Linear in the text's length. */
export function stripInvisible(text: string): VisibleText {
  if (!MAYBE.test(text)) return { text, removedCount: 0 };
  let removedCount = 0;
  const visible = text.replace(INVISIBLE, (run) => {
    if (SUSPICIOUS.test(run)) removedCount += [...run].length;
    return '';
  });
  return { text: visible, removedCount };
}
