import { FILTER_FIELDS, type FilterField, type ParsedQuestion, type QuestionFilter } from '../../domain/question.ts';
import { dayRange } from './day-range.ts';

const CLOSING_QUOTES: Readonly<Record<string, string>> = { '"': '"', '“': '”', '„': '“', '«': '»' };
const DATE_FIELDS: ReadonlySet<FilterField> = new Set(['before', 'after', 'date']);
const PREFIX = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}_-]+\*$/u;
const UNCLOSED = 'A quotation mark is not closed, so the words after it were taken as they are.';
/** A number, an option such as `-m` or `--force`, and a path are no words to leave out. */
const EXCLUDED_WORD = /^(\p{L}[\p{L}\p{M}\p{N}_'’-]+)[.,;!?]*$/u;

/**
 * Takes the search signs out of a question: `"phrases"`, `-word`, `-"phrase"`, `word*`, and filters `file:`, `path:`,
 * `tag:`, `type:`, `in:`, `before:`, `after:`, `date:`, each also with `-` in front and with its value in quotation marks.
 * Never throws, and takes nothing away it does not understand: a colon or a dash in ordinary text stays text. Time in
 * proportion to the length.
 */
export function parseQuestion(question: string, now: number): ParsedQuestion {
  const reader = new Reader(question, now);
  while (reader.readOne());
  return reader.parsed();
}

class Reader {
  readonly #source: string;
  readonly #now: number;
  #at = 0;
  #text = '';
  #phrases: string[] = [];
  #excluded: string[] = [];
  #prefixes: string[] = [];
  #filters: QuestionFilter[] = [];
  #notes: string[] = [];

  constructor(source: string, now: number) {
    this.#source = source;
    this.#now = now;
  }

  parsed(): ParsedQuestion {
    const text = this.#text.trim();
    if (text === '' && this.#prefixes.length === 0 && this.#filters.length + this.#excluded.length > 0) {
      this.#notes.push('There is nothing to look for besides the conditions: add a word or two.');
    }
    return {
      text,
      phrases: this.#phrases,
      excluded: this.#excluded,
      prefixes: this.#prefixes,
      filters: this.#filters,
      notes: this.#notes,
    };
  }

  /** Reads one word, sign or stretch of white space; false at the end. */
  readOne(): boolean {
    const source = this.#source;
    if (this.#at >= source.length) return false;
    const start = this.#at;
    const spaces = /\s+/uy;
    spaces.lastIndex = start;
    if (spaces.test(source)) {
      // What separates words is kept as it is, unless a sign was taken out in front of it.
      if (this.#text !== '' && !/\s$/u.test(this.#text)) this.#text += source.slice(start, spaces.lastIndex);
      this.#at = spaces.lastIndex;
      return true;
    }
    const isNegative = source[start] === '-';
    const signed = isNegative ? start + 1 : start;
    if (!this.#readPhrase(signed, isNegative) && !this.#readFilter(signed, isNegative))
      this.#readWord(start, isNegative);
    return true;
  }

  #readPhrase(at: number, isNegative: boolean): boolean {
    const close = CLOSING_QUOTES[this.#source[at] ?? ''];
    if (close === undefined) return false;
    const end = this.#source.indexOf(close, at + 1);
    if (end < 0) {
      this.#note(UNCLOSED);
      return false;
    }
    const phrase = this.#source
      .slice(at + 1, end)
      .trim()
      .replace(/\s+/gu, ' ');
    this.#at = end + 1;
    if (!/[\p{L}\p{N}]/u.test(phrase)) {
      this.#text += phrase;
      return true;
    }
    if (isNegative) this.#excluded.push(phrase);
    else {
      this.#phrases.push(phrase);
      this.#text += phrase;
    }
    return true;
  }

  #readFilter(at: number, isExcluded: boolean): boolean {
    const name = /([a-z]+):(?=\S)/iuy;
    name.lastIndex = at;
    const match = name.exec(this.#source);
    const field = FILTER_FIELDS.find((known) => known === match?.[1]?.toLowerCase());
    // `file://…` is an address, not a condition.
    if (field === undefined || this.#source.startsWith('//', name.lastIndex)) return false;
    const close = CLOSING_QUOTES[this.#source[name.lastIndex] ?? ''];
    const quoteEnd = close === undefined ? -1 : this.#source.indexOf(close, name.lastIndex + 1);
    if (close !== undefined && quoteEnd < 0) {
      this.#note(UNCLOSED);
      return false;
    }
    const valueEnd = quoteEnd < 0 ? this.#wordEnd(name.lastIndex) : quoteEnd;
    const raw = this.#source.slice(name.lastIndex + (quoteEnd < 0 ? 0 : 1), valueEnd).trim();
    const value = quoteEnd < 0 ? raw.replace(/[,;?!]+$/u, '') : raw;
    if (!/[\p{L}\p{N}]/u.test(value)) return false;
    if (DATE_FIELDS.has(field) && dayRange(value, this.#now) === undefined) {
      this.#note(`“${field}:${value}” is not a date this can read: write it as 2024, 2024-03 or 2024-03-05.`);
      return false;
    }
    this.#filters.push({ field, value, isExcluded });
    this.#at = quoteEnd < 0 ? valueEnd : valueEnd + 1;
    return true;
  }

  #readWord(start: number, isNegative: boolean): void {
    const end = this.#wordEnd(start);
    const word = this.#source.slice(start, end);
    this.#at = end;
    const excluded = isNegative ? EXCLUDED_WORD.exec(word.slice(1))?.[1] : undefined;
    if (excluded !== undefined) this.#excluded.push(excluded);
    else if (PREFIX.test(word)) this.#prefixes.push(word.slice(0, -1));
    else this.#text += word;
  }

  #wordEnd(from: number): number {
    const space = /\s/gu;
    space.lastIndex = from;
    return space.exec(this.#source)?.index ?? this.#source.length;
  }

  #note(note: string): void {
    if (!this.#notes.includes(note)) this.#notes.push(note);
  }
}
