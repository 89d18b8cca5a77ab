/** Longest automatic title, in UTF-16 units, the ellipsis included. */
const MAX_AUTOMATIC_TITLE = 60;
const UNTITLED = 'Untitled conversation';

/**
 * A conversation's title from its first question: the first line that says something, without Markdown marks, cut
 * at the edge of a word. The same question always gives the same title.
 */
export function titleFor(question: string): string {
  const line =
    question
      .split(/[\r\n]+/u)
      .map(plain)
      .find((candidate) => /[\p{L}\p{N}]/u.test(candidate)) ?? UNTITLED;
  if (line.length <= MAX_AUTOMATIC_TITLE) return line;

  let end = 0;
  for (const { index, segment, isWordLike } of new Intl.Segmenter(undefined, { granularity: 'word' }).segment(line)) {
    if (index + segment.length > MAX_AUTOMATIC_TITLE - 1) break;
    if (isWordLike === true) end = index + segment.length;
  }
  return `${line.slice(0, end < MAX_AUTOMATIC_TITLE / 2 ? graphemeEdge(line) : end)}…`;
}

/** Marks at the start of a line and around words say nothing in a title. */
function plain(line: string): string {
  return line
    .replace(/\p{Cc}/gu, ' ')
    .replace(/^[\s>#*+\-–—•]+/u, '')
    .replace(/[*_`~]{2,}|`/gu, '')
    .replace(/\s+/gu, ' ')
    .trim();
}

/** Where a line whose words are too long to cut between them may be cut without breaking a character. */
function graphemeEdge(line: string): number {
  let end = 0;
  for (const { index, segment } of new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(line)) {
    if (index + segment.length > MAX_AUTOMATIC_TITLE - 1) break;
    end = index + segment.length;
  }
  return end;
}
