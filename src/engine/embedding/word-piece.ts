import { basicWords } from './basic-words.ts';
import { readTokenizerFile } from './tokenizer-file.ts';
import { kindOf, PUNCTUATION, WHITESPACE, WORD } from './unicode-kinds.ts';
import { WordCache } from './word-cache.ts';

// FNV-1a (Fowler, Noll, Vo), over letters instead of bytes.
const FNV_OFFSET = 0x811c9dc5 | 0;
const FNV_PRIME = 0x01000193;

const ASCII_KINDS = Uint8Array.from({ length: 128 }, (_, code) => kindOf(code));

/** A basic word of a text with its tokens. */
export interface TokenisedWord {
  /** Lower case, without accents; a punctuation mark or a Chinese character is a word of its own. */
  readonly word: string;
  readonly ids: readonly number[];
}

/**
 * BERT's tokenizer without regard to case: basic tokenisation (see `basicWords`), then the longest known piece first
 * (WordPiece). The same ids as transformers.js gives, without the marks around a text. Keeps words it has met.
 */
export class WordPiece {
  /** Ids are below this. */
  readonly idCount: number;
  readonly unknownId: number;
  /** Ids of marks such as [CLS], which carry no meaning. */
  readonly markIds: readonly number[];
  readonly #whole: ReadonlyMap<string, number>;
  /** Pieces that continue a word, without their prefix. */
  readonly #continuing = new Map<string, number>();
  readonly #maxWordLength: number;
  #maxPieceLength = 1;
  readonly #marks: readonly { readonly content: string; readonly id: number }[];
  /** The characters marks begin with. */
  readonly #markStarts: ReadonlySet<number>;
  readonly #asciiPunctuation: readonly number[];
  readonly #cache = new WordCache();

  private constructor(tokenizerJson: unknown) {
    const file = readTokenizerFile(tokenizerJson);
    const { vocabulary, continuingPrefix } = file;
    this.#whole = vocabulary;
    this.unknownId = file.unknownId;
    this.#maxWordLength = file.maxWordLength;
    // The longest mark wins where several begin at one place.
    this.#marks = [...file.marks].sort((a, b) => b.content.length - a.content.length);
    this.#markStarts = new Set(file.marks.map(({ content }) => content.charCodeAt(0)));
    this.markIds = file.marks.map(({ id }) => id);
    let idCount = 0;
    for (const [token, id] of vocabulary) {
      idCount = Math.max(idCount, id + 1);
      this.#maxPieceLength = Math.max(this.#maxPieceLength, token.length);
      if (token.startsWith(continuingPrefix)) this.#continuing.set(token.slice(continuingPrefix.length), id);
    }
    for (const { id } of file.marks) idCount = Math.max(idCount, id + 1);
    this.idCount = idCount;
    this.#asciiPunctuation = Array.from({ length: 128 }, (_, code) => {
      return vocabulary.get(String.fromCharCode(code)) ?? file.unknownId;
    });
  }

  /** From a parsed `tokenizer.json`. Throws `InvalidInputError` for a file that is damaged or of another kind. */
  static read(tokenizerJson: unknown): WordPiece {
    return new WordPiece(tokenizerJson);
  }

  /** All token ids of a text. */
  encode(text: string): Int32Array {
    // A token stands for at least one UTF-16 unit, except that lower-casing and decomposition can lengthen a few letters.
    let target = new Int32Array(text.length + 16);
    for (;;) {
      const count = this.encodeInto(text, target);
      if (count < target.length) return target.slice(0, count);
      target = new Int32Array(target.length * 2);
    }
  }

  /** Number of tokens of a text. */
  count(text: string): number {
    return this.encode(text).length;
  }

  /** Writes token ids into `target`, as many as it has room for, and returns how many. Linear in what is read of the text. */
  encodeInto(text: string, target: Int32Array): number {
    const length = text.length;
    let count = 0;
    let at = 0;
    let runStart = 0;
    let countAtRun = 0;
    while (at < length && count < target.length) {
      const code = text.charCodeAt(at);
      const kind = code < 128 ? ASCII_KINDS[code]! : 0;
      if (kind === WORD) {
        const start = at;
        let hash = FNV_OFFSET;
        let next = code;
        do {
          hash = Math.imul(hash ^ (next >= 65 && next <= 90 ? next + 32 : next), FNV_PRIME);
          at++;
          next = at < length ? text.charCodeAt(at) : 32;
        } while (next < 128 && ASCII_KINDS[next] === WORD);
        // A letter beyond ASCII or a character that is left out goes on with the word: handled below, for the whole run.
        if (isPlain(next)) {
          count = this.#putWord(hash, text, start, at, target, count);
          continue;
        }
      } else if (kind === PUNCTUATION) {
        const mark = this.#markAt(text, at);
        if (mark === undefined) {
          target[count++] = this.#asciiPunctuation[code]!;
          at++;
        } else {
          target[count++] = mark.id;
          at += mark.content.length;
          runStart = at;
          countAtRun = count;
        }
        continue;
      } else if (kind === WHITESPACE) {
        at++;
        runStart = at;
        countAtRun = count;
        continue;
      }
      const runEnd = this.#runEnd(text, at);
      count = this.#putRun(text.slice(runStart, runEnd), target, countAtRun);
      at = runEnd;
      runStart = at;
      countAtRun = count;
    }
    return count;
  }

  /** The words of a text with their tokens; for short texts, where it matters which word a token comes from. */
  words(text: string): TokenisedWord[] {
    const words: TokenisedWord[] = [];
    let start = 0;
    for (let at = 0; at <= text.length; at++) {
      const mark = at < text.length ? this.#markAt(text, at) : undefined;
      if (mark === undefined && at < text.length) continue;
      for (const word of basicWords(text.slice(start, at))) words.push({ word, ids: this.#pieces(word) });
      if (mark === undefined) break;
      words.push({ word: mark.content, ids: [mark.id] });
      start = at + mark.content.length;
      at = start - 1;
    }
    return words;
  }

  #putWord(hash: number, text: string, start: number, end: number, target: Int32Array, count: number): number {
    const slot = this.#cache.find(hash, text, start, end);
    if (slot >= 0) return this.#cache.copyIds(slot, target, count);
    const word = text.slice(start, end).toLowerCase();
    const ids = this.#pieces(word);
    this.#cache.add(hash, word, ids);
    return putIds(ids, target, count);
  }

  #putRun(run: string, target: Int32Array, count: number): number {
    for (const word of basicWords(run)) {
      if (count >= target.length) break;
      count = putIds(this.#pieces(word), target, count);
    }
    return count;
  }

  /** The end of what white space or a mark ends, from a place inside it. */
  #runEnd(text: string, from: number): number {
    for (let at = from; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code >= 128) continue;
      const kind = ASCII_KINDS[code];
      if (kind === WHITESPACE || (kind === PUNCTUATION && this.#markAt(text, at) !== undefined)) return at;
    }
    return text.length;
  }

  #markAt(text: string, at: number): { readonly content: string; readonly id: number } | undefined {
    if (!this.#markStarts.has(text.charCodeAt(at))) return undefined;
    for (const mark of this.#marks) if (text.startsWith(mark.content, at)) return mark;
    return undefined;
  }

  /** The longest known piece first; a word with a part that no piece covers is unknown as a whole. */
  #pieces(word: string): readonly number[] {
    if (word.length > this.#maxWordLength && [...word].length > this.#maxWordLength) return [this.unknownId];
    const ids: number[] = [];
    let start = 0;
    while (start < word.length) {
      const pieces = start === 0 ? this.#whole : this.#continuing;
      let end = Math.min(word.length, start + this.#maxPieceLength);
      let id: number | undefined;
      for (; end > start; end--) {
        id = pieces.get(word.slice(start, end));
        if (id !== undefined) break;
      }
      if (id === undefined) return [this.unknownId];
      ids.push(id);
      start = end;
    }
    return ids;
  }
}

function isPlain(code: number): boolean {
  if (code >= 128) return false;
  const kind = ASCII_KINDS[code];
  return kind === WHITESPACE || kind === PUNCTUATION;
}

function putIds(ids: readonly number[], target: Int32Array, count: number): number {
  const end = Math.min(count + ids.length, target.length);
  for (let i = 0; count < end; i++, count++) target[count] = ids[i]!;
  return end;
}
