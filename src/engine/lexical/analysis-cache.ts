import { foldCase } from './fold.ts';
import { functionWordMask, LANGUAGES } from './languages.ts';
import { termKey } from './term-key.ts';
import { analyzeSpan } from './tokenize.ts';

/** What a word or compound of a text gives, worked out once: words repeat, and most of the work is here. */
export class SpanAnalysis {
  /** A bit for each language in which it is a function word. */
  readonly languageMask: number;
  readonly span: string;
  readonly #keys: (readonly string[] | undefined)[] = [];
  /** Term numbers in the segment that is being built, by language; valid for that build alone. */
  build = 0;
  numbers: (readonly number[] | undefined)[] = [];

  constructor(span: string) {
    this.span = span;
    this.languageMask = functionWordMask(foldCase(span));
  }

  keys(language: number): readonly string[] {
    const known = this.#keys[language];
    if (known !== undefined) return known;
    const keys: string[] = [];
    analyzeSpan(this.span, LANGUAGES[language] ?? 'en', (stem, form) => keys.push(termKey(stem, form)));
    this.#keys[language] = keys;
    return keys;
  }
}

/** A hash table by the characters of a text, so that no string is made for a word that is already known. */
const SLOTS = 1 << 18;
const MAX_REMEMBERED = 100_000;
const MAX_REMEMBERED_LENGTH = 64;
let table: (SpanAnalysis | undefined)[] = new Array<SpanAnalysis | undefined>(SLOTS);
let remembered = 0;

/** The analysis of `source` from `start` to `end`. */
export function analysisOf(source: string, start: number, end: number): SpanAnalysis {
  if (end - start > MAX_REMEMBERED_LENGTH) return new SpanAnalysis(source.slice(start, end));
  let hash = end - start;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ source.charCodeAt(i), 0x01000193);
  let slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
  for (let known = table[slot]; known !== undefined; known = table[slot]) {
    if (isSame(known.span, source, start, end)) return known;
    slot = (slot + 1) & (SLOTS - 1);
  }
  // Emptied when full, so that odd input cannot make it grow for ever.
  if (remembered >= MAX_REMEMBERED) {
    table = new Array<SpanAnalysis | undefined>(SLOTS);
    remembered = 0;
  }
  const analysis = new SpanAnalysis(source.slice(start, end));
  table[slot] = analysis;
  remembered++;
  return analysis;
}

function isSame(span: string, source: string, start: number, end: number): boolean {
  if (span.length !== end - start) return false;
  for (let i = start; i < end; i++) if (span.charCodeAt(i - start) !== source.charCodeAt(i)) return false;
  return true;
}
