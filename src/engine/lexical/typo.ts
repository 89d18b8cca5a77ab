import type { DictionaryReader } from './dictionary-reader.ts';
import { DROP_BASE, MARK_BYTE, stemOfKey } from './term-key.ts';

/** Letters a word must have to be forgiven one slip, and two. */
const ONE_SLIP_FROM = 4;
const TWO_SLIPS_FROM = 8;
const LONGEST = 32;
/** Entries looked at for one word, over all segments: a bound on the time it takes. */
const MAX_ENTRIES = 250_000;
const MAX_STEMS = 2;
const LETTERS = /^\p{L}+$/u;

export interface Closest {
  readonly stems: readonly string[];
  readonly distance: number;
}

/**
 * The stems of the words in the dictionaries that are closest to a folded word none of them holds: at most one slip away
 * from 4 letters on, two from 8 (a letter missing, too many, another, or two neighbours swapped: the distance of
 * Damerau 1964, without editing one place twice). The first letter is taken to be right. Of the closest, the most
 * frequent, two at most.
 *
 * The dictionary is in order, so words with a common beginning are neighbours and share the rows of the distance
 * matrix that belong to it; a beginning that is already too far away settles all words that have it. Of a row only the
 * cells are filled that can lie within the limit: those near the diagonal (Ukkonen, "Algorithms for approximate string
 * matching", Information and Control 64, 1985).
 */
export function closestStems(readers: readonly DictionaryReader[], form: string): Closest {
  const letters = Array.from(form, (letter) => letter.codePointAt(0) ?? 0);
  const limit = letters.length >= TWO_SLIPS_FROM ? 2 : letters.length >= ONE_SLIP_FROM ? 1 : 0;
  if (limit === 0 || letters.length > LONGEST || !LETTERS.test(form)) return { stems: [], distance: 0 };
  const first = new TextEncoder().encode(String.fromCodePoint(letters[0] ?? 0));
  const walk = new DistanceWalk(letters, limit);
  const found = new Map<string, { distance: number; count: number }>();
  let left = MAX_ENTRIES;
  for (const reader of readers) {
    if (reader.segment.termCount === 0 || !reader.seek(first)) continue;
    walk.restart();
    while (left-- > 0 && reader.startsWith(first)) {
      const distance = walk.distanceOf(reader);
      if (distance <= limit) {
        const stem = stemOfKey(reader.keyText());
        const known = found.get(stem);
        found.set(stem, {
          distance: Math.min(distance, known?.distance ?? distance),
          count: reader.count + (known?.count ?? 0),
        });
      }
      if (!reader.next()) break;
    }
  }
  const ranked = [...found].sort(
    ([a, one], [b, other]) => one.distance - other.distance || other.count - one.count || (a < b ? -1 : 1),
  );
  const best = ranked[0]?.[1].distance ?? 0;
  const stems = ranked.filter(([, { distance }]) => distance === best).map(([stem]) => stem);
  return { stems: stems.slice(0, MAX_STEMS), distance: best };
}

/** Rows of the distance matrix for one word after another of a dictionary, kept per byte of the key. */
class DistanceWalk {
  readonly #letters: readonly number[];
  readonly #limit: number;
  /** Row after the first `d` bytes; valid where a character ends at `d`. */
  readonly #rows: Uint8Array[] = [];
  readonly #codePoints: number[] = [0];
  /** Where the last whole character up to byte `d` ends, and the one before it. */
  readonly #ends: number[] = [0];
  readonly #previousEnds: number[] = [-1];
  /** Whole characters up to byte `d`. */
  readonly #depths: number[] = [0];
  /** Bytes of the key at hand that have rows; `#settled` is the length of a beginning that is too far away. */
  #valid = 0;
  #settled = Infinity;

  constructor(letters: readonly number[], limit: number) {
    this.#letters = letters;
    this.#limit = limit;
    this.#rows[0] = Uint8Array.from({ length: letters.length + 1 }, (_, i) => i);
  }

  restart(): void {
    this.#valid = 0;
    this.#settled = Infinity;
  }

  /** Of the word form the reader stands on; more than the limit where it is too far away. */
  distanceOf({ key, keyLength, shared }: DictionaryReader): number {
    if (shared < this.#settled) this.#settled = Infinity;
    this.#valid = Math.min(this.#valid, shared);
    let at = this.#valid;
    while (at < keyLength && at < this.#settled && key[at] !== MARK_BYTE) this.#read(key, at++);
    if (at < keyLength && key[at] === MARK_BYTE) return this.#withEnding(key, at, keyLength);
    if (at < keyLength) {
      let mark = at;
      while (mark < keyLength && key[mark] !== MARK_BYTE) mark++;
      return mark < keyLength ? this.#withEnding(key, mark, keyLength) : Infinity;
    }
    return this.#settled < Infinity ? Infinity : this.#whole(this.#rowAt(at), this.#depths[at] ?? 0);
  }

  /** The distance of a word of so many characters, by its last row. */
  #whole(row: Uint8Array, depth: number): number {
    const { length } = this.#letters;
    return Math.abs(depth - length) > this.#limit ? Infinity : (row[length] ?? Infinity);
  }

  #read(key: Uint8Array, at: number): void {
    const start = this.#ends[at] ?? 0;
    this.#valid = at + 1;
    if (at + 1 - start < bytesOf(key[start] ?? 0)) {
      this.#ends[at + 1] = start;
      return;
    }
    const codePoint = codePointAt(key, start, at + 1);
    this.#ends[at + 1] = at + 1;
    this.#previousEnds[at + 1] = start;
    this.#codePoints[at + 1] = codePoint;
    const depth = (this.#depths[start] ?? 0) + 1;
    this.#depths[at + 1] = depth;
    const before = this.#previousEnds[start] ?? -1;
    const least = this.#step(
      before < 0 ? undefined : this.#rowAt(before),
      this.#codePoints[start] ?? 0,
      this.#rowAt(start),
      codePoint,
      this.#rowAt(at + 1),
      depth,
    );
    if (least > this.#limit) this.#settled = at + 1;
  }

  /** The form is the stem, which ends at `mark`, less some characters, plus an ending. */
  #withEnding(key: Uint8Array, mark: number, keyLength: number): number {
    let base = mark;
    if (this.#valid < mark) {
      // The stem is too far away as a whole; what is left of it after the drop need not be. Endings are ASCII there.
      base = mark - ((key[mark + 1] ?? 0) - DROP_BASE);
      if (base > this.#valid || base >= this.#settled || this.#ends[base] !== base) return Infinity;
    } else {
      for (let drop = (key[mark + 1] ?? 0) - DROP_BASE; drop > 0 && base > 0; drop--) {
        base = this.#previousEnds[base] ?? 0;
      }
      if (base >= this.#settled) return Infinity;
    }
    let beforeRow = (this.#previousEnds[base] ?? -1) < 0 ? undefined : this.#rowAt(this.#previousEnds[base] ?? 0);
    let row = this.#rowAt(base);
    let previous = this.#codePoints[base] ?? 0;
    let depth = this.#depths[base] ?? 0;
    for (let at = mark + 2; at < keyLength;) {
      const end = at + bytesOf(key[at] ?? 0);
      const codePoint = codePointAt(key, at, end);
      const next = new Uint8Array(this.#letters.length + 1);
      depth++;
      if (this.#step(beforeRow, previous, row, codePoint, next, depth) > this.#limit) return Infinity;
      beforeRow = row;
      row = next;
      previous = codePoint;
      at = end;
    }
    return this.#whole(row, depth);
  }

  #rowAt(depth: number): Uint8Array {
    const known = this.#rows[depth];
    if (known !== undefined) return known;
    const row = new Uint8Array(this.#letters.length + 1);
    this.#rows[depth] = row;
    return row;
  }

  /** Fills the row for one more character, the `depth`th, and returns its least value. */
  #step(
    beforeLast: Uint8Array | undefined,
    lastCodePoint: number,
    last: Uint8Array,
    codePoint: number,
    target: Uint8Array,
    depth: number,
  ): number {
    const letters = this.#letters;
    const beyond = this.#limit + 1;
    const from = Math.max(1, depth - this.#limit);
    const to = Math.min(letters.length, depth + this.#limit);
    let least = Math.min(depth, beyond);
    target[0] = least;
    // What lies beside the cells that are filled is too far away.
    target[from - 1] = from === 1 ? least : beyond;
    target[to + 1] = beyond;
    for (let i = from; i <= to; i++) {
      const isSame = letters[i - 1] === codePoint;
      let value = Math.min((last[i] ?? 0) + 1, (target[i - 1] ?? 0) + 1, (last[i - 1] ?? 0) + (isSame ? 0 : 1));
      const isSwap = i > 1 && letters[i - 1] === lastCodePoint && letters[i - 2] === codePoint;
      if (isSwap && beforeLast !== undefined) value = Math.min(value, (beforeLast[i - 2] ?? 0) + 1);
      target[i] = value;
      if (value < least) least = value;
    }
    return least;
  }
}

function bytesOf(lead: number): number {
  return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

function codePointAt(bytes: Uint8Array, start: number, end: number): number {
  const lead = bytes[start] ?? 0;
  let codePoint = end - start === 1 ? lead : lead & (0xff >> (end - start + 1));
  for (let at = start + 1; at < end; at++) codePoint = codePoint * 64 + ((bytes[at] ?? 0) & 0x3f);
  return codePoint;
}
