import {
  ASCII_CLASSES,
  CHAR_JOINER,
  CHAR_SEPARATOR,
  CHAR_UNSPACED,
  characterClass,
  isWordCharacter,
} from './character-class.ts';
import { foldCase } from './fold.ts';
import { functionWordMask, LANGUAGES } from './languages.ts';
import { termKey } from './term-key.ts';
import { TermTable } from './term-table.ts';
import { analyzeSpan, compoundEnd, emitGrams } from './tokenize.ts';

const PLUS = 0x2b;
const HASH_SIGN = 0x23;
const IN_WORD = Uint8Array.from(ASCII_CLASSES, (kind) => (isWordCharacter(kind) ? 1 : 0));

/**
 * The words and compounds of texts by number, each analysed once: words repeat, and most of the work is in them. A hash
 * table over their characters, so that no string is made for one that is known.
 */
export class SpanTable {
  readonly terms = new TermTable();
  /** What `cut` found: spans, and terms of scripts without spaces, which are terms as they are. */
  found = new Int32Array(1024);
  foundCount = 0;
  grams = new Int32Array(256);
  gramCount = 0;
  /** A bit for each language in which a span is a function word. */
  languageMasks = new Uint16Array(1024);
  size = 0;
  /** Number + 1 of the span in each slot; 0 is empty. */
  #slots = new Int32Array(4096);
  #hashes = new Int32Array(1024);
  /** Characters of all spans; those of span `n` lie from `starts[n]` to `starts[n + 1]`. */
  #characters = new Uint16Array(16_384);
  #starts = new Uint32Array(1025);
  /** By language and span: the number + 1 of its only term; or minus 1 minus a place in `#lists`; 0 where not known yet. */
  readonly #termsOf: Int32Array[] = [];
  readonly #lists: number[][] = [];
  #codes = new Uint16Array(4096);

  /** Characters that are remembered. */
  get characterCount(): number {
    return this.#starts[this.size] ?? 0;
  }

  /** For each span: the number + 1 of its only term, something below 0 for `listOf`, or 0 before `analyse`. */
  known(language: number): Int32Array {
    let known = this.#termsOf[language];
    if (known === undefined || known.length < this.size) {
      const wider = new Int32Array(this.languageMasks.length);
      if (known !== undefined) wider.set(known);
      this.#termsOf[language] = known = wider;
    }
    return known;
  }

  listOf(coded: number): readonly number[] {
    return this.#lists[-1 - coded] ?? [];
  }

  /** Analyses a span in a language and returns what `known` says of it from now on. */
  analyse(span: number, language: number): number {
    const text = textOf(this.#characters.subarray(this.#starts[span], this.#starts[span + 1]));
    const numbers: number[] = [];
    analyzeSpan(text, LANGUAGES[language] ?? 'en', (stem, form) =>
      numbers.push(this.terms.numberOf(termKey(stem, form))),
    );
    const [only] = numbers;
    const coded = numbers.length === 1 && only !== undefined ? only + 1 : -1 - (this.#lists.push(numbers) - 1);
    this.known(language)[span] = coded;
    return coded;
  }

  /** Finds the spans and grams of a text. */
  cut(text: string): void {
    this.foundCount = 0;
    this.gramCount = 0;
    if (text === '') return;
    const source = this.#read(text) < 0x80 ? text : text.normalize('NFKC');
    if (source !== text) this.#read(source);
    const codes = this.#codes;
    const { length } = source;
    for (let at = 0; at < length;) {
      const first = codes[at] ?? 0;
      if (first >= 0x80) {
        at = this.#cutBeyondAscii(source, at);
        continue;
      }
      if (IN_WORD[first] === 0) {
        at++;
        continue;
      }
      let hash = 0;
      let end = at;
      let code = first;
      do {
        hash = Math.imul(hash ^ code, 0x01000193);
        code = codes[++end] ?? 0;
      } while (code < 0x80 && IN_WORD[code] === 1);
      if (this.#goesOn(code, end, end - at)) {
        end = compoundEnd(source, at);
        hash = this.#hash(at, end);
      }
      this.#push(this.#numberOf(at, end, hash));
      at = end;
    }
  }

  /** Whether a word that ends at `end` before `code` may be part of something longer. */
  #goesOn(code: number, end: number, length: number): boolean {
    if (code >= 0x80) return true;
    if (ASCII_CLASSES[code] === CHAR_JOINER) {
      const next = this.#codes[end + 1] ?? 0;
      return next >= 0x80 || ASCII_CLASSES[next] !== CHAR_SEPARATOR;
    }
    return length === 1 && (code === PLUS || code === HASH_SIGN);
  }

  #cutBeyondAscii(source: string, at: number): number {
    const codePoint = source.codePointAt(at) ?? 0;
    const kind = characterClass(codePoint);
    if (kind === CHAR_UNSPACED) {
      return emitGrams(source, at, (gram) => {
        if (this.gramCount === this.grams.length) this.grams = doubled(this.grams);
        this.grams[this.gramCount++] = this.terms.numberOf(gram);
      });
    }
    if (!isWordCharacter(kind)) return at + (codePoint >= 0x10000 ? 2 : 1);
    const end = compoundEnd(source, at);
    this.#push(this.#numberOf(at, end, this.#hash(at, end)));
    return end;
  }

  #push(span: number): void {
    if (this.foundCount === this.found.length) this.found = doubled(this.found);
    this.found[this.foundCount++] = span;
  }

  /** Takes the characters out of a text, with zeros after them; returns a number above 0x7f if one of them is. */
  #read(text: string): number {
    const { length } = text;
    if (this.#codes.length < length + 2) this.#codes = new Uint16Array(length * 2 + 2);
    const codes = this.#codes;
    let all = 0;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      codes[i] = code;
      all |= code;
    }
    codes[length] = 0;
    codes[length + 1] = 0;
    return all;
  }

  #hash(start: number, end: number): number {
    const codes = this.#codes;
    let hash = 0;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ (codes[i] ?? 0), 0x01000193);
    return hash;
  }

  #numberOf(start: number, end: number, hash: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (let known = slots[slot] ?? 0; known !== 0; known = slots[slot] ?? 0) {
      if (this.#hashes[known - 1] === hash && this.#isSame(known - 1, start, end)) return known - 1;
      slot = (slot + 1) & mask;
    }
    return this.#remember(start, end, hash, slot);
  }

  #isSame(span: number, start: number, end: number): boolean {
    const from = this.#starts[span] ?? 0;
    const length = end - start;
    if ((this.#starts[span + 1] ?? 0) - from !== length) return false;
    const codes = this.#codes;
    const characters = this.#characters;
    for (let i = 0; i < length; i++) if (characters[from + i] !== codes[start + i]) return false;
    return true;
  }

  #remember(start: number, end: number, hash: number, slot: number): number {
    const span = this.size;
    if (span === this.#hashes.length) this.#growSpans(span * 2);
    const from = this.#starts[span] ?? 0;
    const length = end - start;
    if (from + length > this.#characters.length) {
      const wider = new Uint16Array((from + length) * 2);
      wider.set(this.#characters);
      this.#characters = wider;
    }
    const characters = this.#codes.subarray(start, end);
    this.#characters.set(characters, from);
    this.#starts[span + 1] = from + length;
    this.#hashes[span] = hash;
    this.languageMasks[span] = functionWordMask(foldCase(textOf(characters)));
    this.#slots[slot] = span + 1;
    this.size = span + 1;
    if (this.size * 2 > this.#slots.length) this.#rehash();
    return span;
  }

  #growSpans(size: number): void {
    this.#hashes = doubled(this.#hashes);
    const starts = new Uint32Array(size + 1);
    starts.set(this.#starts);
    this.#starts = starts;
    const masks = new Uint16Array(size);
    masks.set(this.languageMasks);
    this.languageMasks = masks;
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let span = 0; span < this.size; span++) {
      const hash = this.#hashes[span] ?? 0;
      let slot = (hash ^ (hash >>> 15)) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = span + 1;
    }
    this.#slots = slots;
  }
}

/** A piece at a time: there can be more characters than a call takes arguments. */
function textOf(characters: Uint16Array): string {
  let text = '';
  for (let at = 0; at < characters.length; at += 4096) {
    text += String.fromCharCode(...characters.subarray(at, at + 4096));
  }
  return text;
}

function doubled(array: Int32Array): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(array.length * 2);
  wider.set(array);
  return wider;
}
