/**
 * Finds citation markers in Markdown that is still being written. Each step looks at what has arrived and either
 * names the next token, or says that more text could change what it is. So the tokens depend on the text alone and
 * never on how it was cut into pieces.
 */
export type CitationToken =
  /** Goes out as it is. */
  | { readonly kind: 'raw'; readonly length: number }
  /** Numbers between brackets, with the blanks before them. `isDefinition`: a colon follows at the start of a line. */
  | {
      readonly kind: 'markers';
      readonly length: number;
      readonly before: string;
      readonly numbers: readonly number[];
      readonly isBeforeGap: boolean;
      readonly isDefinition: boolean;
    }
  | { readonly kind: 'need-more' };

export interface Fence {
  readonly character: string;
  readonly length: number;
}

/** Longest stretch held back while a token is undecided, in UTF-16 units. */
const MAX_MARKER = 64;
const MAX_LINK = 600;
const MAX_CODE_SPAN = 1000;
const MAX_RANGE = 50;
const NEED_MORE = { kind: 'need-more' } as const;

/** Characters that begin nothing. A tilde may begin a block of code. */
const PLAIN = /[^\\`~<[【［ \t\n]+/uy;
const OPEN = '[【［';
const CLOSE = ']】］';
const NUMBERS = /(\d{1,3})(?:\s*[-–—]\s*(\d{1,3}))?/gu;
const MARKER_CONTENT = /^[[【［\s]*\d{1,3}(?:(?:\s*[-–—]\s*|[\s,;，、；[\]【】［］]+)\d{1,3})*[\]】］\s]*$/u;
const LINK_TARGET = /^\(\s*(?:<[^<>\n]*>|(?:[^\s()\\]|\\.|\([^\s()]*\))*)(?:\s+(?:"[^"]*"|'[^']*'|\([^()]*\)))?\s*\)/u;
const BLOCK_PREFIX = /^(?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t])*$/u;

/** The next token of `text` from `at` on. `line`: what stands before it on its line; `isEnd`: nothing follows. */
export function nextToken(text: string, at: number, line: string, isEnd: boolean): CitationToken {
  const character = text.charAt(at);
  if (character === '\\') return escape(text, at, isEnd);
  if (character === '`') return codeSpan(text, at, isEnd);
  if (character === '<') return autolink(text, at, isEnd);
  if (character === ' ' || character === '\t') return blanks(text, at, line, isEnd);
  if (OPEN.includes(character)) return bracket(text, at, '', line, isEnd);
  PLAIN.lastIndex = at;
  return { kind: 'raw', length: PLAIN.exec(text)?.[0].length ?? 1 };
}

/** A fence of code that opens here; its whole line must have arrived, as a backtick in it would make it a span. */
export function openingFence(
  text: string,
  at: number,
  line: string,
  isEnd: boolean,
): { readonly fence: Fence; readonly length: number } | 'need-more' | undefined {
  const character = text.charAt(at);
  if ((character !== '`' && character !== '~') || !BLOCK_PREFIX.test(line)) return undefined;
  const length = runLength(text, at);
  if (length < 3) return at + length === text.length && !isEnd ? 'need-more' : undefined;
  const lineEnd = text.indexOf('\n', at);
  const rest = text.slice(at + length, lineEnd === -1 ? undefined : lineEnd).slice(0, MAX_LINK);
  if (character === '`' && rest.includes('`')) return undefined;
  if (lineEnd === -1 && !isEnd && rest.length < MAX_LINK) return 'need-more';
  return { fence: { character, length }, length: length + rest.length };
}

/** How much of a code block's line can go out, and whether that line closes the block: only a whole line does. */
export function fencedLine(
  text: string,
  at: number,
  line: string,
  fence: Fence,
  isEnd: boolean,
): { readonly length: number; readonly isClosing: boolean } | 'need-more' {
  const lineEnd = text.indexOf('\n', at);
  const rest = text.slice(at, lineEnd === -1 ? undefined : lineEnd);
  const length = rest.length + (lineEnd === -1 ? 0 : 1);
  const couldClose = line === '' && rest.length < MAX_LINK ? /^[ \t>]*(`*|~*)[ \t\r]*$/u.exec(rest) : null;
  if (couldClose === null) return { length, isClosing: false };
  if (lineEnd === -1 && !isEnd) return 'need-more';
  const run = couldClose[1] ?? '';
  return { length, isClosing: run.startsWith(fence.character) && run.length >= fence.length };
}

function escape(text: string, at: number, isEnd: boolean): CitationToken {
  if (at + 1 >= text.length) return isEnd ? { kind: 'raw', length: 1 } : NEED_MORE;
  return { kind: 'raw', length: text.charAt(at + 1) === '\n' ? 1 : 2 };
}

/** A span ends with a run of as many backticks; one that is never closed was plain text after all. */
function codeSpan(text: string, at: number, isEnd: boolean): CitationToken {
  const length = runLength(text, at);
  if (at + length === text.length) return isEnd ? { kind: 'raw', length } : NEED_MORE;
  const paragraphEnd = /\n[ \t]*\n/u.exec(text.slice(at, at + MAX_CODE_SPAN));
  const limit = paragraphEnd === null ? at + MAX_CODE_SPAN : at + paragraphEnd.index;
  for (let from = at + length; from < Math.min(limit, text.length);) {
    const next = text.indexOf('`', from);
    if (next === -1 || next >= limit) break;
    const run = runLength(text, next);
    if (next + run === text.length && !isEnd) return NEED_MORE;
    if (run === length) return { kind: 'raw', length: next + run - at };
    from = next + run;
  }
  const isDecided = isEnd || paragraphEnd !== null || text.length >= limit;
  return isDecided ? { kind: 'raw', length } : NEED_MORE;
}

function autolink(text: string, at: number, isEnd: boolean): CitationToken {
  const rest = text.slice(at, at + MAX_LINK);
  const link = /^<[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*>/u.exec(rest);
  if (link !== null) return { kind: 'raw', length: link[0].length };
  const couldGrow = rest.length < MAX_LINK && /^<(?:[A-Za-z][A-Za-z0-9+.-]{0,31}(?::[^\s<>]*)?)?$/u.test(rest);
  return couldGrow && !isEnd ? NEED_MORE : { kind: 'raw', length: 1 };
}

/** Blanks belong to the marker after them, if one follows, because they go where it goes. */
function blanks(text: string, at: number, line: string, isEnd: boolean): CitationToken {
  const length = /^[ \t]+/u.exec(text.slice(at, at + MAX_MARKER))?.[0].length ?? 1;
  if (at + length === text.length && !isEnd && length < MAX_MARKER) return NEED_MORE;
  if (length === MAX_MARKER || !OPEN.includes(text.charAt(at + length)) || at + length === text.length) {
    return { kind: 'raw', length };
  }
  const before = text.slice(at, at + length);
  const token = bracket(text, at + length, before, line + before, isEnd);
  return token.kind === 'raw' ? { kind: 'raw', length } : token;
}

function bracket(text: string, at: number, before: string, line: string, isEnd: boolean): CitationToken {
  const end = markerEnd(text, at);
  if (end === 'open') return isEnd ? { kind: 'raw', length: 1 } : NEED_MORE;
  if (end !== undefined) {
    if (end === text.length && !isEnd) return NEED_MORE;
    const target = linkTarget(text, end, isEnd);
    if (target === 'need-more') return NEED_MORE;
    if (target === undefined) {
      const following = text.charAt(end);
      return {
        kind: 'markers',
        length: before.length + end - at,
        before,
        numbers: numbersOf(text.slice(at, end)),
        isBeforeGap: following === '' || /[\s.,;:!?)\]}…。，；：！？）]/u.test(following),
        isDefinition: following === ':' && /^[ \t>]*$/u.test(line),
      };
    }
    return { kind: 'raw', length: end - at + target };
  }
  return link(text, at, isEnd);
}

/** Where numbers between (possibly nested) brackets end; `open` while they could go on, `undefined` if it is no marker. */
function markerEnd(text: string, at: number): number | 'open' | undefined {
  let depth = 0;
  for (let end = at; end < at + MAX_MARKER; end++) {
    if (end === text.length) return 'open';
    const character = text.charAt(end);
    if (OPEN.includes(character)) depth++;
    else if (CLOSE.includes(character)) depth--;
    else if (!/[\d,;，、；–—\- ]/u.test(character)) return undefined;
    if (depth === 0) return MARKER_CONTENT.test(text.slice(at, end + 1)) ? end + 1 : undefined;
  }
  return undefined;
}

/** `[words](target)` goes out whole, markers and all; any other bracket is a character like others. */
function link(text: string, at: number, isEnd: boolean): CitationToken {
  if (text.charAt(at) !== '[') return { kind: 'raw', length: 1 };
  let depth = 0;
  for (let end = at; end < at + MAX_LINK; end++) {
    if (end === text.length) return isEnd ? { kind: 'raw', length: 1 } : NEED_MORE;
    const character = text.charAt(end);
    if (character === '\\') end++;
    else if (character === '[') depth++;
    else if (character === ']' && --depth === 0) {
      if (end + 1 === text.length && !isEnd) return NEED_MORE;
      const target = linkTarget(text, end + 1, isEnd);
      if (target === 'need-more') return NEED_MORE;
      return { kind: 'raw', length: target === undefined ? 1 : end + 1 - at + target };
    } else if (character === '\n' && /^\n[ \t]*\n/u.test(text.slice(end, end + MAX_MARKER))) break;
  }
  return { kind: 'raw', length: 1 };
}

/** Length of a link's target in round brackets, if one stands here. */
function linkTarget(text: string, at: number, isEnd: boolean): number | 'need-more' | undefined {
  if (text.charAt(at) !== '(') return undefined;
  const rest = text.slice(at, at + MAX_LINK);
  const target = LINK_TARGET.exec(rest);
  if (target !== null) return target[0].length;
  const isDecided = isEnd || rest.length === MAX_LINK || /\n[ \t]*\n/u.test(rest) || !couldBeTarget(rest);
  return isDecided ? undefined : 'need-more';
}

/** A target without `<` ends at its first blank, after which only a title in quotes may stand. */
function couldBeTarget(rest: string): boolean {
  return /^\(\s*(?:<[^<>\n]*>?|[^\s<]*)(?:\s+(?:["'(][\s\S]*)?)?$/u.test(rest);
}

function numbersOf(marker: string): readonly number[] {
  const numbers: number[] = [];
  for (const [, first, last] of marker.matchAll(NUMBERS)) {
    const from = Number(first);
    const to = last === undefined ? from : Number(last);
    // A range that is backwards or absurdly long names its ends only.
    if (to < from || to - from > MAX_RANGE) numbers.push(from, to);
    else for (let number = from; number <= to; number++) numbers.push(number);
  }
  return [...new Set(numbers)];
}

function runLength(text: string, at: number): number {
  const character = text.charAt(at);
  let end = at;
  while (text.charAt(end) === character) end++;
  return end - at;
}
