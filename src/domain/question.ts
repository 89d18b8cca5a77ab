export const FILTER_FIELDS = ['file', 'path', 'tag', 'type', 'in', 'before', 'after', 'date'] as const;

export type FilterField = (typeof FILTER_FIELDS)[number];

/** A condition on documents that was written into a question, such as `tag:recipe` or `-file:draft`. */
export interface QuestionFilter {
  readonly field: FilterField;
  readonly value: string;
  /** Written with a minus in front: documents that meet it are left out. */
  readonly isExcluded: boolean;
}

/** A question taken apart. */
export interface ParsedQuestion {
  /** What is searched for, by words and by meaning: the question without filters, excluded words and quotation marks. */
  readonly text: string;
  /** Each was quoted: it has to stand in a passage word for word. Their words are in `text` too. */
  readonly phrases: readonly string[];
  /** Words and phrases no passage may hold. */
  readonly excluded: readonly string[];
  /** Beginnings of words, from `word*`; without the asterisk. Not in `text`. */
  readonly prefixes: readonly string[];
  readonly filters: readonly QuestionFilter[];
  /** What looked like a search sign and was not understood, for the reader. It was searched for as text. */
  readonly notes: readonly string[];
}
