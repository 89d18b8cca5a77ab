import {
  ASCII_CLASSES,
  CHAR_DIGIT,
  CHAR_JOINER,
  CHAR_LETTER,
  CHAR_SEPARATOR,
  CHAR_UNSPACED,
  CHAR_UPPER,
  characterClass,
  isWordCharacter,
} from './character-class.ts';
import { foldCase } from './fold.ts';
import { isForeignFunctionWord, type Language } from './languages.ts';
import { stemIn } from './light-stems.ts';
import { isStopWord } from './stop-words.ts';

/** Longer words (encoded files, hashes run together) are cut here, on both sides alike, in UTF-16 code units. */
const MAX_TERM_LENGTH = 64;
const JOINER_SEQUENCE = /[.,_\-/\\:@&'\u2019\u2010]+/;
const INNER_JOINER = /[.,_\-/\\:@&'\u2019\u2010]./;
const IDENTIFIER_MARK = /[\p{N}._/\\:@&]/u;
const CAMEL_PART = /\p{Lu}+(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{Lo}\p{Lm}\p{M}\p{N}]+|\p{Lu}/gu;

/** Receives an index term: the stem, and the word form it was taken from (the same where there is nothing to take off). */
export type EmitTerm = (stem: string, form: string) => void;

/**
 * Cuts text into index terms and hands the stem of each to `emit`, in reading order, English taken for granted.
 *
 * - NFKC, lower case, diacritics folded, words reduced to their stem.
 * - Identifiers, paths, versions and error codes come out whole and in parts: `ORA-00942` gives `ora`, `00942` and
 *   `ora-00942`; `getUserName` gives `getusername`, `get`, `user`, `name`.
 * - Chinese, Japanese, Korean, Thai, Lao, Khmer and Burmese come out as single characters and overlapping pairs.
 */
export function tokenize(text: string, emit: (term: string) => void): void {
  const source = text.normalize('NFKC');
  const emitStem: EmitTerm = (stem) => {
    emit(stem);
  };
  forEachSpan(
    source,
    (start, end) => {
      analyzeSpan(source.slice(start, end), 'en', emitStem);
    },
    emit,
  );
}

/** The terms of a text as a list, repeats included. */
export function termsOf(text: string): string[] {
  const terms: string[] = [];
  tokenize(text, (term) => terms.push(term));
  return terms;
}

/**
 * Finds the words and compounds of a text (already NFKC), which `analyzeSpan` takes apart, and hands over the
 * characters and pairs of scripts written without spaces, which are terms as they are.
 */
export function forEachSpan(
  source: string,
  onSpan: (start: number, end: number) => void,
  onGram: (gram: string) => void,
): void {
  let at = 0;
  while (at < source.length) {
    const unit = source.charCodeAt(at);
    if (unit < 0x80 && (ASCII_CLASSES[unit] ?? 0) === CHAR_SEPARATOR) {
      at++;
      continue;
    }
    const codePoint = unit < 0x80 ? unit : (source.codePointAt(at) ?? 0);
    const kind = characterClass(codePoint);
    if (kind === CHAR_UNSPACED) {
      at = emitGrams(source, at, onGram);
    } else if (isWordCharacter(kind)) {
      const end = compoundEnd(source, at);
      onSpan(at, end);
      at = end;
    } else {
      at += codePoint >= 0x10000 ? 2 : 1;
    }
  }
}

/** The terms of one word or compound that `forEachSpan` found. */
export function analyzeSpan(span: string, language: Language, emit: EmitTerm): void {
  emitCompound(span, language, emit);
}

/** Hands over the characters and pairs of a run without spaces; returns where it ends. */
export function emitGrams(source: string, start: number, emit: (term: string) => void): number {
  let at = start;
  let previous = '';
  while (at < source.length) {
    const codePoint = source.codePointAt(at) ?? 0;
    if (characterClass(codePoint) !== CHAR_UNSPACED) break;
    const character = String.fromCodePoint(codePoint);
    emit(character);
    if (previous !== '') emit(previous + character);
    previous = character;
    at += character.length;
  }
  return at;
}

/** End of the word or compound that starts at `start`: joiners belong to it only between word characters. */
export function compoundEnd(source: string, start: number): number {
  let at = start;
  let previousKind = 0;
  while (at < source.length) {
    const unit = source.charCodeAt(at);
    if (unit < 0x80 && isWordCharacter(ASCII_CLASSES[unit] ?? 0)) {
      previousKind = ASCII_CLASSES[unit] ?? 0;
      at++;
      continue;
    }
    const codePoint = source.codePointAt(at) ?? 0;
    const kind = characterClass(codePoint);
    if (isWordCharacter(kind)) {
      at += codePoint >= 0x10000 ? 2 : 1;
      previousKind = kind;
      continue;
    }
    if (kind === CHAR_JOINER) {
      const next = afterJoiners(source, at, previousKind);
      if (next > at) {
        at = next;
        continue;
      }
    }
    // `C++`, `C#` and their kin: the sign is part of a one-letter name.
    if (at === start + 1 && (source.startsWith('++', at) || source[at] === '#'))
      return at + (source[at] === '#' ? 1 : 2);
    break;
  }
  return at;
}

function afterJoiners(source: string, at: number, previousKind: number): number {
  let next = at;
  while (next < source.length && next - at < 3 && characterClass(source.charCodeAt(next)) === CHAR_JOINER) next++;
  const following = characterClass(source.codePointAt(next) ?? 0);
  if (!isWordCharacter(following)) return at;
  if (source[at] !== ',') return next;
  // A comma joins only the groups of a number: 1,000,000.
  const isGroup =
    previousKind === CHAR_DIGIT && next === at + 1 && /^\d{3}(?!\p{N})/u.test(source.slice(next, next + 5));
  return isGroup ? next : at;
}

function emitCompound(compound: string, language: Language, emit: EmitTerm): void {
  const parts = partsOfCompound(compound);
  for (const part of parts) emitWord(part, language, emit);
  const plain = compound.replaceAll(',', '');
  if (!JOINER_SEQUENCE.test(plain)) return;
  emitWhole(plain.replace(/['\u2019]s$/i, ''), emit);
  const segments = plain.split(/[/\\]+/);
  if (segments.length > 1) for (const segment of segments) emitWhole(segment, emit);
}

/** Without the separators between thousands, and without a possessive `s`. */
function partsOfCompound(compound: string): string[] {
  const parts = compound.replaceAll(',', '').split(JOINER_SEQUENCE);
  if (parts.length > 1 && /['\u2019]s$/i.test(compound)) parts.pop();
  return parts;
}

/**
 * The words of a text in a row, folded, each once: what phrases are compared by. Each of them is the form of an index
 * term. Scripts without spaces come out character by character.
 */
export function wordSequence(text: string): string[] {
  const source = text.toWellFormed().normalize('NFKC');
  const words: string[] = [];
  forEachSpan(
    source,
    (start, end) => {
      for (const part of partsOfCompound(source.slice(start, end))) {
        const folded = foldCase(part);
        if (folded !== '') words.push(cutTerm(folded));
      }
    },
    (gram) => {
      if (gram.length === String.fromCodePoint(gram.codePointAt(0) ?? 0).length) words.push(gram);
    },
  );
  return words;
}

function cutTerm(folded: string): string {
  return folded.length > MAX_TERM_LENGTH ? folded.slice(0, MAX_TERM_LENGTH).toWellFormed() : folded;
}

/** The compound itself as a term, if it is one by which something could be named; `\` and `/` are one sign. */
function emitWhole(compound: string, emit: EmitTerm): void {
  if (compound.length > MAX_TERM_LENGTH || !INNER_JOINER.test(compound) || !IDENTIFIER_MARK.test(compound)) return;
  const whole = foldCase(compound).replaceAll('\\', '/').replaceAll('\u2010', '-');
  emit(whole, whole);
  if (/^v\d/.test(whole)) emit(whole.slice(1), whole.slice(1));
}

function emitWord(word: string, language: Language, emit: EmitTerm): void {
  emitPart(foldCase(word), language, emit);
  if (word.length > MAX_TERM_LENGTH || !hasInnerCapital(word)) return;
  const parts = word.match(CAMEL_PART) ?? [];
  if (parts.length > 1) for (const part of parts) emitPart(foldCase(part), language, emit);
}

/** Stop words are left as they are: their stems would fall together with other words. */
function emitPart(folded: string, language: Language, emit: EmitTerm): void {
  // A word can fold to nothing: stray diacritics without a letter.
  if (folded === '') return;
  const form = cutTerm(folded);
  emit(isFunctionWord(form, language) ? form : stemIn(language, form), form);
}

function isFunctionWord(folded: string, language: Language): boolean {
  return isStopWord(folded) || isForeignFunctionWord(folded, language);
}

/** A capital after a small letter (`userName`), or one that opens a new word after capitals (`JSONParser`). */
function hasInnerCapital(word: string): boolean {
  for (let i = 1; i < word.length; i++) {
    if (characterClass(word.charCodeAt(i)) !== CHAR_UPPER) continue;
    const isLetter = (at: number): boolean => characterClass(word.charCodeAt(at)) === CHAR_LETTER;
    if (isLetter(i - 1) || (i + 2 < word.length && isLetter(i + 1) && isLetter(i + 2))) return true;
  }
  return false;
}
