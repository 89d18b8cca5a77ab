import type { TextQuote } from '../../domain/chunk.ts';
import type { TextRange } from '../../domain/extracted.ts';

const CANDIDATE_WINDOWS = 6;
const MIN_SHARED_WORDS = 3;
const MAX_QUOTE_WORDS = 400;

/**
 * Finds a quote in a text that may have changed since it was taken. First as it stands; then without regard to white
 * space, hyphens and case; then the window that shares most of its words in order. With less than half of the
 * quote's words found, nothing is: marking the wrong passage is worse than marking none. Where the quote
 * occurs more than once, the place whose surroundings fit best wins. Close to linear in the text's length.
 */
export function findQuote(text: string, quote: TextQuote): TextRange | undefined {
  if (quote.exact.trim() === '') return undefined;
  return findUnchangedQuote(text, quote) ?? findSimilar(text, quote.exact);
}

/** As `findQuote`, but only where the quote's words stand unchanged: a place where they were reworded says something else. */
export function findUnchangedQuote(text: string, quote: TextQuote): TextRange | undefined {
  if (quote.exact.trim() === '') return undefined;
  return findExact(text, quote) ?? findNormalised(text, quote);
}

function findExact(text: string, { exact, prefix, suffix }: TextQuote): TextRange | undefined {
  const start = bestOccurrence(text, exact, prefix, suffix);
  return start === undefined ? undefined : { start, end: start + exact.length };
}

function bestOccurrence(text: string, exact: string, prefix: string, suffix: string): number | undefined {
  let best: number | undefined;
  let bestScore = -1;
  let tried = 0;
  for (let at = text.indexOf(exact); at >= 0 && tried < 10_000; at = text.indexOf(exact, at + 1), tried++) {
    const score = agreementBefore(text, at, prefix) + agreementAfter(text, at + exact.length, suffix);
    if (score > bestScore) [best, bestScore] = [at, score];
    if (score === prefix.length + suffix.length) break;
  }
  return best;
}

function agreementBefore(text: string, at: number, prefix: string): number {
  let agreed = 0;
  while (agreed < prefix.length && agreed < at && text[at - 1 - agreed] === prefix[prefix.length - 1 - agreed])
    agreed++;
  return agreed;
}

function agreementAfter(text: string, at: number, suffix: string): number {
  let agreed = 0;
  while (agreed < suffix.length && at + agreed < text.length && text[at + agreed] === suffix[agreed]) agreed++;
  return agreed;
}

interface NormalisedText {
  readonly text: string;
  /** For each character of `text`, where it stands in the original. */
  readonly origin: Uint32Array;
}

function findNormalised(text: string, quote: TextQuote): TextRange | undefined {
  const exact = normalise(quote.exact).text;
  if (exact === '') return undefined;
  const { text: plain, origin } = normalise(text);
  const at = bestOccurrence(plain, exact, normalise(quote.prefix).text, normalise(quote.suffix).text);
  if (at === undefined) return undefined;
  const start = origin[at] ?? 0;
  return { start, end: (origin[at + exact.length - 1] ?? start) + 1 };
}

/** Without white space, hyphens and case, so that line breaks and hyphenation make no difference. */
function normalise(text: string): NormalisedText {
  const origin = new Uint32Array(text.length);
  const lower = text.toLowerCase();
  // A few letters change length when lowered; positions then need the original.
  const source = lower.length === text.length ? lower : text;
  const kept: string[] = [];
  let length = 0;
  for (let at = 0; at < source.length; at++) {
    const code = source.charCodeAt(at);
    if (
      code <= 0x20 ||
      code === 0x2d ||
      code === 0xa0 ||
      code === 0xad ||
      (code >= 0x2000 && code <= 0x2015) ||
      code === 0x2028 ||
      code === 0x3000
    )
      continue;
    origin[length++] = at;
    kept.push(source[at] ?? '');
  }
  return { text: kept.join(''), origin };
}

interface Word extends TextRange {
  readonly word: string;
}

const WORD = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{N}\p{M}]+/gu;

/**
 * Each word the text shares with the quote votes for the place the quote would have to begin; the places with most
 * votes are compared word by word.
 */
function findSimilar(text: string, exact: string): TextRange | undefined {
  const wanted = [...wordsOf(exact)].slice(0, MAX_QUOTE_WORDS).map(({ word }) => word);
  if (wanted.length < MIN_SHARED_WORDS) return undefined;
  const places = new Map<string, number[]>();
  wanted.forEach((word, index) => {
    const known = places.get(word);
    if (!known) places.set(word, [index]);
    else if (known.length < 8) known.push(index);
  });
  const words = [...wordsOf(text)];
  const binWords = Math.max(4, Math.ceil(wanted.length / 4));
  const votes = new Float64Array(Math.ceil((words.length + wanted.length) / binWords) + 1);
  words.forEach(({ word }, index) => {
    const known = places.get(word);
    if (!known) return;
    // A word the quote has often says little about where it begins.
    for (const place of known) {
      const bin = Math.floor((index - place + wanted.length) / binWords);
      votes[bin] = (votes[bin] ?? 0) + 1 / known.length;
    }
  });

  let best: { shared: number; range: TextRange } | undefined;
  for (const bin of topBins(votes)) {
    const from = Math.max(0, bin * binWords - wanted.length - binWords);
    const window = words.slice(from, from + Math.ceil(wanted.length * 1.5) + 3 * binWords);
    const found = alignWords(wanted, window);
    if (found && (!best || found.shared > best.shared)) best = found;
  }
  return best && best.shared >= Math.max(MIN_SHARED_WORDS, wanted.length / 2) ? best.range : undefined;
}

function* wordsOf(text: string): Generator<Word> {
  for (const match of text.matchAll(WORD)) {
    yield { word: match[0].toLowerCase(), start: match.index, end: match.index + match[0].length };
  }
}

function topBins(votes: Float64Array): number[] {
  const top: number[] = [];
  const strength = (bin: number): number => (votes[bin] ?? 0) + (votes[bin + 1] ?? 0);
  for (let bin = 0; bin < votes.length; bin++) {
    if (strength(bin) === 0) continue;
    let place = top.length;
    while (place > 0 && strength(top[place - 1] ?? 0) < strength(bin)) place--;
    if (place >= CANDIDATE_WINDOWS) continue;
    top.splice(place, 0, bin);
    if (top.length > CANDIDATE_WINDOWS) top.pop();
  }
  return top;
}

/** Longest common subsequence of words: how many, and from the first to the last of them. */
function alignWords(
  wanted: readonly string[],
  window: readonly Word[],
): { shared: number; range: TextRange } | undefined {
  const width = window.length + 1;
  const lengths = new Uint16Array((wanted.length + 1) * width);
  for (let i = wanted.length - 1; i >= 0; i--) {
    for (let j = window.length - 1; j >= 0; j--) {
      lengths[i * width + j] =
        wanted[i] === window[j]?.word
          ? (lengths[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0);
    }
  }
  const shared = lengths[0] ?? 0;
  let first: Word | undefined;
  let last: Word | undefined;
  for (let i = 0, j = 0; i < wanted.length && j < window.length;) {
    const word = window[j];
    if (word && wanted[i] === word.word) {
      first ??= word;
      last = word;
      i++;
      j++;
    } else if ((lengths[(i + 1) * width + j] ?? 0) > (lengths[i * width + j + 1] ?? 0)) i++;
    else j++;
  }
  return first && last ? { shared, range: { start: first.start, end: last.end } } : undefined;
}
