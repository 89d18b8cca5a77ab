/**
 * How well a typed pattern fits a text: `undefined` when its letters do not all occur in order, else higher is
 * better. Letters that start a word or follow the one before count most, as people type initials and beginnings.
 */
export function fuzzyScore(pattern: string, text: string): number | undefined {
  const wanted = fold(pattern);
  const letters = fold(text);
  if (wanted === '') return 0;
  const whole = letters.indexOf(wanted);
  if (whole !== -1) return 1000 - Math.min(whole, 200) + (isWordStart(letters, whole) ? 300 : 0) - letters.length / 100;
  let score = 0;
  let from = 0;
  let previous = -2;
  for (const letter of wanted) {
    if (letter === ' ') continue;
    const at = letters.indexOf(letter, from);
    if (at === -1) return undefined;
    if (at === previous + 1) score += 8;
    else if (isWordStart(letters, at)) score += 6;
    else score -= Math.min(4, at - from);
    previous = at;
    from = at + 1;
  }
  return score > 0 ? score - letters.length / 100 : undefined;
}

function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .trim();
}

function isWordStart(text: string, at: number): boolean {
  return at === 0 || !/[\p{L}\p{N}]/u.test(text.charAt(at - 1));
}
