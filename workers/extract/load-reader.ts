import type { DocumentFormat } from '../../src/domain/extracted.ts';
import type { OpenReader } from './reader.ts';

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

/** Fetches the reader of a format. Rejects when the program itself cannot be loaded, which is no fault of the file. */
export async function loadReader(format: DocumentFormat): Promise<OpenReader> {
  return (await READERS[format]()).open;
}
