/**
 * What a file says, in a form that is the same for every format: one canonical text, and standoff structure
 * over it. Every position is an offset in UTF-16 code units into `text`, half-open `[start, end)`. The viewer
 * draws from this, the chunker cuts from it, citations point into it; no HTML is kept anywhere.
 */

export type DocumentFormat = 'markdown' | 'text' | 'html' | 'pdf' | 'docx' | 'csv' | 'json' | 'yaml';

export interface TextRange {
  readonly start: number;
  readonly end: number;
}

export type InlineMark = 'strong' | 'emphasis' | 'code' | 'deleted' | 'superscript' | 'subscript';

/** Formatting of part of a block's text. Marks may nest; they never cross a block's edge. */
export type Inline =
  | ({ readonly kind: 'mark'; readonly mark: InlineMark } & TextRange)
  /** `href` is as written in the source and untrusted; a wikilink is `wiki:Target#Heading`. */
  | ({ readonly kind: 'link'; readonly href: string } & TextRange)
  /** An image's alternative text; the image itself is never fetched. */
  | ({ readonly kind: 'image'; readonly href: string } & TextRange);

interface BlockBase extends TextRange {
  /** 1-based page for paged formats. */
  readonly page?: number;
  readonly inlines?: readonly Inline[];
}

export type Block =
  | ({ readonly kind: 'heading'; readonly level: 1 | 2 | 3 | 4 | 5 | 6 } & BlockBase)
  | ({ readonly kind: 'paragraph' } & BlockBase)
  /** `depth` 0 is outermost. `ordinal` is set for ordered lists, `checked` for task lists. */
  | ({
      readonly kind: 'list-item';
      readonly depth: number;
      readonly ordinal?: number;
      readonly checked?: boolean;
    } & BlockBase)
  | ({ readonly kind: 'quote'; readonly depth: number } & BlockBase)
  | ({ readonly kind: 'code'; readonly language?: string } & BlockBase)
  /** Cells are separated by ` | ` and rows by a newline in the canonical text. `rows` does not repeat `header`. */
  | ({
      readonly kind: 'table';
      readonly header: readonly TextRange[];
      readonly rows: readonly (readonly TextRange[])[];
    } & BlockBase)
  /** One record of a YAML or JSON tree: `path` like `sections.education[0]`; each leaf keeps its own path. */
  | ({ readonly kind: 'record'; readonly path: string; readonly fields: readonly RecordField[] } & BlockBase)
  | ({ readonly kind: 'rule' } & BlockBase);

export interface RecordField {
  readonly path: string;
  readonly label: TextRange;
  readonly value: TextRange;
}

export interface ExtractedPage extends TextRange {
  readonly page: number;
  /** `no-text`: the page is an image or empty; nothing of it can be searched. `failed`: it could not be read. */
  readonly kind: 'text' | 'no-text' | 'failed';
}

/** Something the reader should know about a file that was read all the same. */
export interface ExtractWarning {
  readonly code:
    | 'pages-without-text'
    | 'pages-failed'
    | 'decoded-with-replacements'
    | 'truncated'
    | 'invisible-text'
    | 'front-matter'
    | 'mislabelled';
  readonly message: string;
}

export interface DocumentLink {
  readonly target: string;
  readonly label?: string;
}

export interface ExtractedDocument {
  readonly format: DocumentFormat;
  readonly title: string;
  readonly text: string;
  readonly blocks: readonly Block[];
  /** Only for paged formats, in order. */
  readonly pages?: readonly ExtractedPage[];
  /** Front matter or document properties, flattened to text. */
  readonly properties: Readonly<Record<string, string>>;
  readonly tags: readonly string[];
  readonly links: readonly DocumentLink[];
  /** The encoding the bytes were read as, where that was a question. */
  readonly encoding?: string;
  readonly warnings: readonly ExtractWarning[];
}

/** Why a file could not be read. `message` says what happened and what to do. */
export interface ExtractProblem {
  readonly kind:
    | 'unsupported'
    | 'empty'
    | 'too-large'
    | 'password-protected'
    | 'damaged'
    | 'no-text'
    | 'limit-exceeded'
    | 'timed-out';
  readonly message: string;
}

export type ExtractOutcome =
  | { readonly kind: 'extracted'; readonly document: ExtractedDocument }
  | ({ readonly kind: 'problem' } & { readonly problem: ExtractProblem });
