import { foldCase } from './fold.ts';
import { functionWordMask, LANGUAGES } from './languages.ts';
import { termKey } from './term-key.ts';
import { analyzeSpan } from './tokenize.ts';

/** What a word or compound of a text gives, worked out once: words repeat, and most of the work is here. */
export class SpanAnalysis {
  /** A bit for each language in which it is a function word. */
  readonly languageMask: number;
  readonly #span: string;
  readonly #keys: (readonly string[] | undefined)[] = [];
  /** Term numbers in the segment that is being built, by language; valid for that build alone. */
  build = 0;
  numbers: (readonly number[] | undefined)[] = [];

  constructor(span: string) {
    this.#span = span;
    this.languageMask = functionWordMask(foldCase(span));
  }

  keys(language: number): readonly string[] {
    const known = this.#keys[language];
    if (known !== undefined) return known;
    const keys: string[] = [];
    analyzeSpan(this.#span, LANGUAGES[language] ?? 'en', (stem, form) => keys.push(termKey(stem, form)));
    this.#keys[language] = keys;
    return keys;
  }
}

// Emptied when full, so that odd input cannot make it grow for ever.
const analyses = new Map<string, SpanAnalysis>();
const MAX_REMEMBERED = 100_000;
const MAX_REMEMBERED_LENGTH = 64;

export function analysisOf(span: string): SpanAnalysis {
  const known = analyses.get(span);
  if (known !== undefined) return known;
  const analysis = new SpanAnalysis(span);
  if (analyses.size >= MAX_REMEMBERED) analyses.clear();
  if (span.length <= MAX_REMEMBERED_LENGTH) analyses.set(span, analysis);
  return analysis;
}
