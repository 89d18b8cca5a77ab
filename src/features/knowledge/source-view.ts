import type { Citation } from '../../domain/citation.ts';
import type { SourceDocument } from '../../domain/document.ts';
import { NotFoundError } from '../../domain/errors.ts';
import type { ExtractedDocument, TextRange } from '../../domain/extracted.ts';
import type { DocumentId, VersionId } from '../../domain/ids.ts';
import { findQuote, findUnchangedQuote } from '../../engine/chunking/reanchor.ts';
import type { SourceView } from '../../domain/source-view.ts';
import type { Library } from './library.ts';

/** A whole document, current version. Throws `NotFoundError`. */
export async function viewDocument(documentId: DocumentId, library: Library): Promise<SourceView> {
  await library.whenWhole();
  const document = library.state.documents.get(documentId);
  if (!document) throw new NotFoundError('This document is no longer in the library.');
  return viewOf(
    document,
    document.currentVersionId,
    await library.readText(document.currentVersionId),
    'current',
    undefined,
  );
}

/**
 * What a citation points to. If the source has changed since, the passage is looked for in the current version; if it
 * is not there word for word any more, the version that was cited is shown. If the document is gone, the kept quote is all there is.
 */
export async function viewCitation(citation: Citation, library: Library): Promise<SourceView> {
  await library.whenWhole();
  const document = library.state.documents.get(citation.documentId);
  if (!document) return quoteOnly(citation);
  const { currentVersionId } = document;
  if (currentVersionId === citation.versionId) {
    const extracted = await library.readText(currentVersionId);
    return viewOf(document, currentVersionId, extracted, 'current', locate(extracted.text, citation));
  }
  const current = await library.readText(currentVersionId);
  const moved = findUnchangedQuote(current.text, citation.quote);
  if (moved) return viewOf(document, currentVersionId, current, 'changed-found', moved);
  const cited = await library.readText(citation.versionId);
  return viewOf(document, citation.versionId, cited, 'changed-gone', locate(cited.text, citation));
}

/** The cited range if the quote stands there; otherwise wherever the quote is found. */
function locate(text: string, { locator, quote }: Citation): TextRange | undefined {
  const { range } = locator;
  if (range.end <= text.length && text.slice(range.start, range.end).includes(quote.exact)) return range;
  return findQuote(text, quote) ?? (range.end <= text.length ? range : undefined);
}

function viewOf(
  document: SourceDocument,
  versionId: VersionId,
  extracted: ExtractedDocument,
  state: SourceView['state'],
  highlight: TextRange | undefined,
): SourceView {
  const { format, text, blocks, pages, properties } = extracted;
  return {
    documentId: document.documentId,
    versionId,
    title: document.title,
    path: document.path,
    format,
    text,
    blocks,
    properties,
    state,
    ...(pages && { pages }),
    ...(highlight && { highlight }),
  };
}

function quoteOnly(citation: Citation): SourceView {
  const text = citation.quote.exact;
  const range = { start: 0, end: text.length };
  return {
    documentId: citation.documentId,
    versionId: citation.versionId,
    title: citation.title,
    path: citation.path,
    format: 'text',
    text,
    blocks: [{ kind: 'paragraph', ...range }],
    properties: {},
    highlight: range,
    state: 'deleted',
  };
}
