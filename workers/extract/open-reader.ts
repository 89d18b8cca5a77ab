import type { DocumentFormat } from '../../src/domain/extracted.ts';
import type { OpenReader, OpenSource, SourceFile } from './reader.ts';

/** Each format's reader, fetched only when a file needs it: a note must not wait for the PDF library. */
const READERS: Readonly<Record<DocumentFormat, () => Promise<{ readonly open: OpenReader }>>> = {
  markdown: () => import('./read-markdown.ts'),
  text: () => import('./read-text.ts'),
  html: () => import('./read-html.ts'),
  pdf: () => import('./read-pdf.ts'),
  docx: () => import('./read-docx.ts'),
  csv: () => import('./read-csv.ts'),
  json: () => import('./read-json.ts'),
  yaml: () => import('./read-yaml.ts'),
};

/** Opens a file with the reader of its format. Throws `ExtractFailure`. */
export async function openReader(source: SourceFile): Promise<OpenSource> {
  const { open } = await READERS[source.format]();
  return open(source);
}
