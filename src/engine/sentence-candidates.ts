import type { Passage } from '../domain/citation.ts';
import type { TextRange } from '../domain/extracted.ts';
import { splitSentences } from './chunking/sentences.ts';

/** A sentence that could be quoted. `range` is in code units of the passage's text; `text` is exactly what stands there. */
export interface CandidateSentence {
  readonly marker: number;
  readonly text: string;
  readonly range: TextRange;
}

const MIN_LETTERS = 12;
const MIN_LETTERS_UNSPACED = 5;
const MAX_LENGTH = 700;
const LETTERS = /\p{L}/gu;
const LETTERS_AND_DIGITS = /[\p{L}\p{N}]/gu;
const UNSPACED_LETTER = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{sc=Thai}]/u;
const ENDS_AS_SENTENCE = /[.!?…。！？｡।؟:;]["'”’»)\]]*$/u;
const CODE_SIGN = /[{};<>=$`\\]|\(\)|=>|::|^\s*(?:import|const|let|var|def|class|function|return|#include)\b/g;
const BOILERPLATE =
  /\b(?:all rights reserved|copyright ©|terms of (?:use|service)|privacy policy|cookie policy|click here|table of contents|skip to (?:main )?content|subscribe to|share this)\b/i;
/** A line that begins a list item of its own. */
const ITEM_START = /\n(?=\s*(?:[-*•–]|\d{1,3}[.)])\s)/g;

/** The sentences of passages that say something by themselves: no headings, table rows, code or page furniture. */
export function candidateSentences(passages: readonly Passage[]): CandidateSentence[] {
  const candidates: CandidateSentence[] = [];
  for (const { marker, text, headingPath } of passages) {
    const headings = new Set(headingPath);
    for (const range of splitSentences(text).flatMap((sentence) => splitItems(text, sentence))) {
      const sentence = text.slice(range.start, range.end);
      if (!headings.has(sentence) && isQuotable(sentence)) candidates.push({ marker, text: sentence, range });
    }
  }
  return candidates;
}

function splitItems(text: string, { start, end }: TextRange): TextRange[] {
  const pieces: TextRange[] = [];
  let from = start;
  for (const { index } of text.slice(start, end).matchAll(ITEM_START)) {
    pieces.push({ start: from, end: start + index });
    from = start + index + 1;
  }
  pieces.push({ start: from, end });
  return pieces.map((piece) => trimmed(text, piece)).filter((piece) => piece.end > piece.start);
}

function trimmed(text: string, { start, end }: TextRange): TextRange {
  const piece = text.slice(start, end);
  const lead = piece.length - piece.trimStart().length;
  return { start: start + lead, end: start + Math.max(lead, piece.trimEnd().length) };
}

function isQuotable(sentence: string): boolean {
  if (sentence.length > MAX_LENGTH || BOILERPLATE.test(sentence)) return false;
  const letters = sentence.match(LETTERS)?.length ?? 0;
  const isUnspaced = UNSPACED_LETTER.test(sentence);
  if (letters < (isUnspaced ? MIN_LETTERS_UNSPACED : MIN_LETTERS)) return false;
  const signs = sentence.replace(/\s+/g, '').length;
  if ((sentence.match(LETTERS_AND_DIGITS)?.length ?? 0) / signs < 0.6 || isTableRow(sentence) || isCode(sentence))
    return false;
  // Without a full stop it is a heading or a label, unless it is long enough to be a statement all the same.
  return ENDS_AS_SENTENCE.test(sentence) || sentence.split(/\s+/).length >= 8 || (isUnspaced && letters >= 15);
}

/** Cells stand apart by ` | ` in canonical text: two bars make a row. */
function isTableRow(sentence: string): boolean {
  return sentence.split(' | ').length > 2 || sentence.includes('\t');
}

function isCode(sentence: string): boolean {
  const signs = sentence.match(CODE_SIGN)?.length ?? 0;
  return signs >= 3 && signs / sentence.length > 0.02;
}
