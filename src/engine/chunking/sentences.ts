import type { TextRange } from '../../domain/extracted.ts';

// Never the end of a sentence, whatever follows.
const ABBREVIATIONS = new Set(
  (
    'dr mr mrs ms mx prof rev hon st mt ft gen col capt lt sgt cmdr adm gov sen rep pres supt fr sr sra mme mlle ' +
    'vs cf eg ie viz resp approx est ca circa fig figs eq eqs sec secs ch chap vol vols no nos nr pp ed eds trans art ' +
    'para al ref refs tab app dept univ assn bros ave blvd rd ' +
    'jan feb mar apr jun jul aug sep sept oct nov dec ' +
    'bzw bspw vgl evtl ggf hrsg bd abs abb str tel mio mrd inkl zzgl geb gest ' +
    'e.g i.e z.b d.h u.a o.ä s.o s.u a.k.a p.ej b.v n.b'
  ).split(' '),
);

/** "Am 3. Mai": an ordinal, as German, Danish, Norwegian, Czech and others write dates. */
const MONTH_NEXT = /^\s(Jan|Jän|Feb|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez)/;

const CLOSERS = /["'”’»)\]}›」』】）*_]/;
const LOWER = /\p{Ll}/u;
const SPACE = /\s/;
const WORD = /[\p{L}\p{N}]/u;

/**
 * Cuts text into sentences: ranges without the white space between them, covering all other characters, in order.
 * A full stop after an abbreviation, an initial or a list number does not end one, nor does one before a lower-case
 * letter; a blank line always does. Chinese and Japanese stops need no space after them. Rules of our own rather than
 * `Intl.Segmenter`, whose cuts depend on the browser's version: the same text must give the same chunks everywhere.
 * Linear in the text's length. `offset` is added to every position.
 */
export function splitSentences(text: string, offset = 0): TextRange[] {
  const ranges: TextRange[] = [];
  let start = skipSpace(text, 0);
  for (let at = start; at < text.length; at++) {
    let end = -1;
    switch (text.charCodeAt(at)) {
      case 0x2e: // .
      case 0x21: // !
      case 0x3f: // ?
      case 0x2026: // …
        end = latinStop(text, start, at);
        break;
      case 0x3002: // 。
      case 0xff01: // ！
      case 0xff1f: // ？
      case 0xff61: // ｡
      case 0x0964: // ।
      case 0x061f: // ؟
      case 0x06d4: // ۔
        end = pastClosers(text, at + 1);
        break;
      case 0x0a:
        if (isBlankLine(text, at)) end = at;
        break;
      default:
    }
    if (end < 0) continue;
    push(ranges, text, start, end, offset);
    start = skipSpace(text, end);
    at = start - 1;
  }
  push(ranges, text, start, text.length, offset);
  return ranges;
}

/** The end of the sentence that a stop at `at` closes, or -1 where it closes none. */
function latinStop(text: string, start: number, at: number): number {
  const next = text[at + 1];
  if (next !== undefined && /[.!?…]/.test(next)) return -1; // The last of several decides.
  const end = pastClosers(text, at + 1);
  if (end < text.length && !SPACE.test(text[end] ?? '')) return -1;
  const following = firstLetter(text, end);
  if (following !== '' && LOWER.test(following)) return -1;
  if (text[at] === '.' && end === at + 1 && isAbbreviation(text, start, at)) return -1;
  return end;
}

function isAbbreviation(text: string, start: number, stop: number): boolean {
  let from = stop;
  // A word and the stops inside it, as in "e.g"; nothing known is longer than 12.
  while (from > start && stop - from < 12 && /[\p{L}\p{N}.]/u.test(text[from - 1] ?? '')) from--;
  const word = text.slice(from, stop);
  if (/^\p{Lu}$/u.test(word)) return word !== 'I';
  if (/^(\p{Lu}\.)+\p{Lu}$/u.test(word))
    return word.length <= 5 && !/^\s+(The|A|An|In|It|He|She|They|We|This|But)\s/.test(text.slice(stop + 1, stop + 8));
  if (/^\d{1,2}$/.test(word))
    return from === start || isListNumber(text, from) || MONTH_NEXT.test(text.slice(stop + 1, stop + 12));
  return ABBREVIATIONS.has(word.toLowerCase());
}

/** A number that opens its line is the line's number: "2. Install it." */
function isListNumber(text: string, from: number): boolean {
  let at = from - 1;
  while (at >= 0 && (text[at] === ' ' || text[at] === '\t')) at--;
  return at < 0 || text[at] === '\n';
}

function pastClosers(text: string, at: number): number {
  let end = at;
  while (end < text.length && end - at < 8 && CLOSERS.test(text[end] ?? '')) end++;
  return end;
}

function firstLetter(text: string, from: number): string {
  for (let at = from; at < text.length && at - from < 16; at++) if (WORD.test(text[at] ?? '')) return text[at] ?? '';
  return '';
}

function isBlankLine(text: string, newline: number): boolean {
  let at = newline + 1;
  while (at < text.length && at - newline < 64 && (text[at] === ' ' || text[at] === '\t' || text[at] === '\r')) at++;
  return text[at] === '\n';
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && SPACE.test(text[at] ?? '')) at++;
  return at;
}

function push(ranges: TextRange[], text: string, start: number, rawEnd: number, offset: number): void {
  let end = rawEnd;
  while (end > start && SPACE.test(text[end - 1] ?? '')) end--;
  if (end > start) ranges.push({ start: start + offset, end: end + offset });
}
