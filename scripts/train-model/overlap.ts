const FNV_OFFSET = 0x811c9dc5 | 0;
const FNV_PRIME = 0x01000193;
const SHINGLE_WORDS = 12;
// Two running hashes of a window of words: odd multipliers, and their 12th powers to take the oldest word out.
const FACTORS = [0x2c1b3c6d, 0x297a2d39] as const;
const OLDEST = FACTORS.map((factor) => {
  let power = 1;
  for (let i = 0; i < SHINGLE_WORDS; i++) power = Math.imul(power, factor);
  return power;
});

/** FNV-1a (Fowler, Noll, Vo) of a text's UTF-8. */
export function fnv1a(text: string): number {
  let hash = FNV_OFFSET;
  for (const byte of Buffer.from(text, 'utf8')) hash = Math.imul(hash ^ byte, FNV_PRIME);
  return hash >>> 0;
}

/** Texts known by their sequences of twelve words (letters and digits, without regard to case). */
export class OverlapCheck {
  readonly #shingles = new Set<number>();

  add(text: string): void {
    forEachShingle(text, (hash) => {
      this.#shingles.add(hash);
      return false;
    });
  }

  /** Whether the text shares twelve words in a row with a text added before. */
  overlaps(text: string): boolean {
    return this.#shingles.size > 0 && forEachShingle(text, (hash) => this.#shingles.has(hash));
  }
}

/** Stops, with true, as soon as `visit` returns true. */
function forEachShingle(text: string, visit: (hash: number) => boolean): boolean {
  const recent = new Int32Array(SHINGLE_WORDS);
  let count = 0;
  let first = 0;
  let second = 0;
  let word = FNV_OFFSET;
  let isInside = false;
  for (let at = 0; at <= text.length; at++) {
    let code = at < text.length ? text.charCodeAt(at) : 32;
    if (code >= 65 && code <= 90) code += 32;
    if ((code >= 97 && code <= 122) || (code >= 48 && code <= 57)) {
      word = Math.imul(word ^ code, FNV_PRIME);
      isInside = true;
      continue;
    }
    if (!isInside) continue;
    const place = count % SHINGLE_WORDS;
    const oldest = recent[place]!;
    first = (Math.imul(first, FACTORS[0]) + word - Math.imul(oldest, OLDEST[0]!)) | 0;
    second = (Math.imul(second, FACTORS[1]) + word - Math.imul(oldest, OLDEST[1]!)) | 0;
    recent[place] = word;
    count++;
    word = FNV_OFFSET;
    isInside = false;
    // 52 bits of the 64, so that the number is exact.
    if (count >= SHINGLE_WORDS && visit((first >>> 0) * 2 ** 20 + (second >>> 12))) return true;
  }
  return false;
}
