import { foldCase } from './fold.ts';
import { functionWordMask, isForeignFunctionWord, LANGUAGES, LanguageCount } from './languages.ts';
import { stemIn } from './light-stems.ts';
import { isStopWord } from './stop-words.ts';
import { analyzeSpan, forEachSpan, wordSequence } from './tokenize.ts';

/** A question after its filters have been taken out: what is left of it, and what it says of words. */
export interface QuestionParts {
  /** What to search by; the words of phrases are in it too. */
  readonly text: string;
  /** Each has to stand in a hit word for word. */
  readonly phrases?: readonly string[];
  /** Words and phrases no hit may hold. */
  readonly excluded?: readonly string[];
  /** Beginnings of words. */
  readonly prefixes?: readonly string[];
}

/** One of the words a question is searched by, with the forms in which it was typed. */
export interface QueryTerm {
  /** Its English stem, or itself: the name by which it is shown and counted. */
  readonly term: string;
  readonly count: number;
  readonly forms: readonly { readonly form: string; readonly count: number }[];
  /** Says nothing about a subject, and stands beside words that do. */
  readonly isFunctionWord: boolean;
  /** `forms` holds the beginning of a word instead. */
  readonly isPrefix: boolean;
}

export interface LexicalQuery {
  /** In order of first mention. */
  readonly terms: readonly QueryTerm[];
  /** The forms of each phrase's words. A chunk must hold all of them; in a row is for `holdsPhrase` to tell. */
  readonly phrases: readonly (readonly string[])[];
  /** Forms no hit may hold. */
  readonly excluded: readonly string[];
  /** The forms of excluded phrases of several words. */
  readonly excludedPhrases: readonly (readonly string[])[];
}

/** Longer questions are cut here, in UTF-16 code units: nobody means that many words. */
const MAX_QUESTION_LENGTH = 5000;
const MAX_TERMS = 256;

/** What a question is searched by. Any text is taken. */
export function parseLexicalQuery(question: string | QuestionParts): LexicalQuery {
  const parts: QuestionParts = typeof question === 'string' ? { text: question } : question;
  const phrases = (parts.phrases ?? []).map(sequenceOf).filter((forms) => forms.length > 0);
  const excluded = (parts.excluded ?? []).map(sequenceOf).filter((forms) => forms.length > 0);
  return {
    terms: [...termsOfText(parts.text), ...(parts.prefixes ?? []).flatMap(prefixTerm)].slice(0, MAX_TERMS),
    phrases,
    excluded: excluded.flatMap((forms) => (forms.length === 1 ? forms : [])),
    excludedPhrases: excluded.filter((forms) => forms.length > 1),
  };
}

/** The words a question is searched by. */
export function queryTermsOf(question: string): readonly QueryTerm[] {
  return parseLexicalQuery(question).terms;
}

function termsOfText(text: string): QueryTerm[] {
  const forms: string[] = [];
  const languages = new LanguageCount();
  eachForm(
    text,
    (form) => forms.push(form),
    (word) => {
      languages.add(functionWordMask(foldCase(word)));
    },
  );
  const language = LANGUAGES[languages.finish()] ?? 'en';
  const isFunctionWord = (form: string): boolean =>
    language === 'en' ? isStopWord(form) : isForeignFunctionWord(form, language);
  const hasOthers = forms.some((form) => !isFunctionWord(form));
  const counts = new Map<string, { count: number; forms: Map<string, number>; isFunctionWord: boolean }>();
  for (const form of forms) {
    const term = isStopWord(form) ? form : stemIn('en', form);
    const known = counts.get(term) ?? {
      count: 0,
      forms: new Map<string, number>(),
      isFunctionWord: hasOthers && isFunctionWord(form),
    };
    known.count++;
    known.forms.set(form, (known.forms.get(form) ?? 0) + 1);
    counts.set(term, known);
  }
  return Array.from(counts, ([term, { count, forms: counted, isFunctionWord: isFunction }]) => ({
    term,
    count,
    forms: Array.from(counted, ([form, times]) => ({ form, count: times })),
    isFunctionWord: isFunction,
    isPrefix: false,
  }));
}

function sequenceOf(phrase: string): string[] {
  return wordSequence(phrase.slice(0, MAX_QUESTION_LENGTH));
}

function prefixTerm(prefix: string): QueryTerm[] {
  const folded = foldCase(prefix.normalize('NFKC')).replace(/\*+$/, '').trim();
  // The beginning of something in parts (`src/eng`) is looked for as it is; identifiers are terms as a whole.
  if (folded === '' || /\s/.test(folded)) return [];
  return [{ term: `${folded}*`, count: 1, forms: [{ form: folded, count: 1 }], isFunctionWord: false, isPrefix: true }];
}

function eachForm(text: string, onForm: (form: string) => void, onSpan?: (span: string) => void): void {
  const source = text.slice(0, MAX_QUESTION_LENGTH).toWellFormed().normalize('NFKC');
  forEachSpan(
    source,
    (start, end) => {
      const span = source.slice(start, end);
      onSpan?.(span);
      analyzeSpan(span, 'en', (_, form) => {
        onForm(form);
      });
    },
    onForm,
  );
}

/** The stems a word form can have in the languages of a mask (English always): function words have none but themselves. */
export function stemsOf(form: string, languageMask: number): Set<string> {
  const stems = new Set<string>();
  if (isStopWord(form)) return stems.add(form);
  const functionMask = functionWordMask(form);
  for (let number = 0, rest = languageMask | 1; rest !== 0; number++, rest >>>= 1) {
    if ((rest & 1) === 0) continue;
    const isFunctionWord = number > 0 && (functionMask & (1 << number)) !== 0;
    stems.add(isFunctionWord ? form : stemIn(LANGUAGES[number] ?? 'en', form));
  }
  return stems;
}
