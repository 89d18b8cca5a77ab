import type { Citation } from './citation.ts';
import type { HitExplanation, SearchExplanation } from './explanation.ts';
import type { Block, DocumentFormat, ExtractedPage, TextRange } from './extracted.ts';
import type { DocumentId, VersionId } from './ids.ts';

/** A stretch of a source around a passage. Blocks keep their offsets into the whole version's text. */
export interface SourceView {
  readonly documentId: DocumentId;
  readonly versionId: VersionId;
  readonly title: string;
  readonly path: string;
  readonly format: DocumentFormat;
  readonly text: string;
  readonly blocks: readonly Block[];
  readonly pages?: readonly ExtractedPage[];
  readonly properties: Readonly<Record<string, string>>;
  /** What to highlight; absent when a whole document was opened. */
  readonly highlight?: TextRange;
  /**
   * `current`: the source is as it was cited. `changed-found`: it has changed, and the passage stands in the
   * current version shown here. `changed-gone`: it has changed and the passage is not in it any more; the cited
   * older version is shown. `deleted`: the document left the library; the kept quote is all there is.
   */
  readonly state: 'current' | 'changed-found' | 'changed-gone' | 'deleted';
}

export interface SearchResultView {
  readonly citation: Citation;
  readonly text: string;
  readonly headingPath: readonly string[];
  readonly terms: readonly string[];
  readonly score: number;
  readonly why: HitExplanation;
}

export interface SearchResultsView {
  readonly results: readonly SearchResultView[];
  readonly explanation: SearchExplanation;
}
