/** Words longer than this are not kept; hardly any is met twice. */
const MAX_WORD_LENGTH = 32;
const SLOTS = 1 << 16;
const MAX_WORDS = SLOTS / 2;

/**
 * Token ids of words met before, found by the word's letters inside a longer text, without cutting them out. Words are
 * ASCII letters and digits; case does not count. Forgets everything when full. `hash` is the caller's, of the word in lower case.
 */
export class WordCache {
  readonly #hashes = new Int32Array(SLOTS);
  /** Where a word's entry begins in `#letters` and `#ids`, plus 1; 0 where the slot is free. */
  readonly #letterStarts = new Int32Array(SLOTS);
  readonly #idStarts = new Int32Array(SLOTS);
  #letters = new Uint8Array(MAX_WORDS * 8);
  #letterCount = 0;
  #ids = new Int32Array(MAX_WORDS * 2);
  #idCount = 0;
  #wordCount = 0;

  /** The slot of the word at `start … end` of `text`, or -1 where it is not known. */
  find(hash: number, text: string, start: number, end: number): number {
    for (let slot = hash & (SLOTS - 1); this.#letterStarts[slot] !== 0; slot = (slot + 1) & (SLOTS - 1)) {
      if (this.#hashes[slot] === hash && this.#isAt(slot, text, start, end)) return slot;
    }
    return -1;
  }

  /** Writes the ids of a slot from `at` on, as far as `target` has room. Returns the place after the last. */
  copyIds(slot: number, target: Int32Array, at: number): number {
    const first = this.#idStarts[slot]!;
    const count = this.#ids[first]!;
    const end = Math.min(at + count, target.length);
    for (let from = first + 1, to = at; to < end; from++, to++) target[to] = this.#ids[from]!;
    return end;
  }

  /** Keeps a word that `find` did not find. */
  add(hash: number, word: string, ids: readonly number[]): void {
    if (word.length > MAX_WORD_LENGTH) return;
    if (this.#wordCount === MAX_WORDS) this.#clear();
    let slot = hash & (SLOTS - 1);
    while (this.#letterStarts[slot] !== 0) slot = (slot + 1) & (SLOTS - 1);
    this.#reserve(word.length + 1, ids.length + 1);
    this.#hashes[slot] = hash;
    this.#letterStarts[slot] = this.#letterCount + 1;
    this.#idStarts[slot] = this.#idCount;
    this.#letters[this.#letterCount++] = word.length;
    for (let i = 0; i < word.length; i++) this.#letters[this.#letterCount++] = word.charCodeAt(i);
    this.#ids[this.#idCount++] = ids.length;
    for (const id of ids) this.#ids[this.#idCount++] = id;
    this.#wordCount++;
  }

  #isAt(slot: number, text: string, start: number, end: number): boolean {
    const at = this.#letterStarts[slot]!;
    if (this.#letters[at - 1] !== end - start) return false;
    for (let i = 0; i < end - start; i++) {
      const code = text.charCodeAt(start + i);
      const lower = code >= 65 && code <= 90 ? code + 32 : code;
      if (this.#letters[at + i] !== lower) return false;
    }
    return true;
  }

  #reserve(letters: number, ids: number): void {
    if (this.#letterCount + letters > this.#letters.length) this.#letters = doubled(this.#letters);
    if (this.#idCount + ids > this.#ids.length) {
      const larger = new Int32Array(this.#ids.length * 2);
      larger.set(this.#ids);
      this.#ids = larger;
    }
  }

  #clear(): void {
    this.#letterStarts.fill(0);
    this.#letterCount = 0;
    this.#idCount = 0;
    this.#wordCount = 0;
  }
}

function doubled(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(bytes.length * 2);
  larger.set(bytes);
  return larger;
}
