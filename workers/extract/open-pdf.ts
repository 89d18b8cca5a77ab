import './promise-with-resolvers.ts';
// The legacy build also runs in Node, where this is tested. Its worker comes first: it leaves its handler in a global,
// where the library looks before it would start a worker of its own.
import 'pdfjs-dist/legacy/build/pdf.worker.mjs';
import { getDocument, PasswordException } from 'pdfjs-dist/legacy/build/pdf.mjs';
import type { PDFDocumentProxy } from 'pdfjs-dist';
import type { PdfTextItem } from '../../src/engine/pdf-text.ts';
import { damaged, ExtractFailure } from './extract-failure.ts';
import type { SourceFile } from './reader.ts';

export interface PdfFile {
  readonly pageCount: number;
  readonly title?: string;
  readonly properties: Readonly<Record<string, string>>;
  /** Text items of a page (from 1), in the order of the page's content. Throws where the page is broken. */
  textItems(page: number): Promise<readonly PdfTextItem[]>;
}

/**
 * Opens a PDF for its text and nothing else: no fonts drawn, no scripts, no forms, no images decoded. pdf.js runs on
 * this thread: we are in a worker already, one that is thrown away after the file. Throws `ExtractFailure`.
 */
export async function openPdf({ bytes, loadCMap }: Pick<SourceFile, 'bytes' | 'loadCMap'>): Promise<PdfFile> {
  class CMapsOnly {
    async fetch({ kind, filename }: { kind: string; filename: string }): Promise<Uint8Array> {
      if (kind === 'cMapUrl') return loadCMap(filename.replace(/\.bcmap$/, ''));
      throw new Error(`${kind} is not needed to read text`);
    }
  }

  const task = getDocument({
    data: bytes,
    enableXfa: false,
    disableFontFace: true,
    useSystemFonts: false,
    stopAtErrors: false,
    isOffscreenCanvasSupported: false,
    isImageDecoderSupported: false,
    disableAutoFetch: true,
    useWorkerFetch: false,
    useWasm: false,
    BinaryDataFactory: CMapsOnly,
    cMapUrl: 'cmaps/',
    cMapPacked: true,
    verbosity: 0,
  });
  let document: PDFDocumentProxy;
  try {
    document = await task.promise;
  } catch (error) {
    if (error instanceof PasswordException || (error instanceof Error && error.name === 'PasswordException'))
      throw passwordProtected();
    throw damaged('Its inner structure does not hold together.', error);
  }
  const info = await informationOf(document);
  return {
    pageCount: document.numPages,
    ...info,
    async textItems(number) {
      const page = await document.getPage(number);
      const { items } = await page.getTextContent({ includeMarkedContent: false, disableNormalization: false });
      page.cleanup();
      return items.filter((item) => 'str' in item);
    },
  };
}

const INFORMATION_KEYS: Readonly<Record<string, string>> = {
  Author: 'author',
  Subject: 'subject',
  Keywords: 'keywords',
  CreationDate: 'created',
};

async function informationOf(document: PDFDocumentProxy): Promise<Pick<PdfFile, 'title' | 'properties'>> {
  let information: object;
  try {
    information = (await document.getMetadata()).info;
  } catch {
    return { properties: {} }; // Broken metadata says nothing about the pages.
  }
  const properties: Record<string, string> = {};
  let title = '';
  for (const [key, value] of Object.entries(information)) {
    if (typeof value !== 'string' || value.trim() === '') continue;
    if (key === 'Title') title = value.trim();
    const name = Object.hasOwn(INFORMATION_KEYS, key) ? INFORMATION_KEYS[key] : undefined;
    if (name) properties[name] = value.trim().slice(0, 1_000);
  }
  // Programs put file names and their own name where a title should be.
  const usable =
    title.length > 2 &&
    title.length <= 200 &&
    !/\.(docx?|pdf|indd|tex|dvi|qxd|rtf|pptx?|xlsx?|html?)$|^(untitled|microsoft word|document\d*$)/i.test(title);
  return usable ? { title, properties } : { properties };
}

function passwordProtected(): ExtractFailure {
  return new ExtractFailure(
    'password-protected',
    'This PDF is protected with a password, so it could not be read. Nothing else was affected. ' +
      'Open it in a PDF program, save a copy without a password, and add that.',
  );
}
