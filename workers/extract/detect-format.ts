import type { DocumentFormat, ExtractWarning } from '../../src/domain/extracted.ts';
import { ExtractFailure, NOTHING_TO_READ } from './extract-failure.ts';
import { identifyBinary } from './identify-binary.ts';
import { extensionOf, fileNameOf } from './reader.ts';

export interface DetectedFormat {
  readonly format: DocumentFormat;
  readonly warnings: readonly ExtractWarning[];
}

const BY_EXTENSION: Readonly<Record<string, DocumentFormat>> = {
  md: 'markdown',
  markdown: 'markdown',
  mdown: 'markdown',
  mkd: 'markdown',
  mdx: 'markdown',
  qmd: 'markdown',
  rmd: 'markdown',
  html: 'html',
  htm: 'html',
  xhtml: 'html',
  pdf: 'pdf',
  docx: 'docx',
  docm: 'docx',
  dotx: 'docx',
  csv: 'csv',
  tsv: 'csv',
  tab: 'csv',
  json: 'json',
  jsonl: 'json',
  ndjson: 'json',
  geojson: 'json',
  canvas: 'json',
  yaml: 'yaml',
  yml: 'yaml',
  base: 'yaml',
};

/** What a name promises; the bytes decide. */
export function formatByName(path: string): DocumentFormat | undefined {
  return BY_EXTENSION[extensionOf(path)];
}

const BY_MEDIA_TYPE: Readonly<Record<string, DocumentFormat>> = {
  'text/markdown': 'markdown',
  'text/html': 'html',
  'text/csv': 'csv',
  'text/tab-separated-values': 'csv',
  'application/json': 'json',
  'application/x-ndjson': 'json',
  'application/yaml': 'yaml',
  'text/yaml': 'yaml',
};

const NAMES: Readonly<Record<DocumentFormat, string>> = {
  markdown: 'Markdown',
  text: 'plain text',
  html: 'a web page (HTML)',
  pdf: 'a PDF',
  docx: 'a Word document (DOCX)',
  csv: 'a table (CSV)',
  json: 'JSON',
  yaml: 'YAML',
};

/** Text formats that hold something other than readable prose once opened as text. */
const UNREADABLE_TEXT: Readonly<Record<string, string>> = {
  eml: 'an email message. Open it in your mail program and save it as a PDF or HTML file, then add that',
  mbox: 'a mailbox. Save the messages you need as PDF or HTML files, then add those',
  mht: 'a saved web archive. Open it in a browser and save it as HTML or PDF, then add that',
  mhtml: 'a saved web archive. Open it in a browser and save it as HTML or PDF, then add that',
  svg: 'a drawing (SVG). Images are not read yet',
};

/**
 * Decides how to read a file: what its bytes are comes first, the extension and then the media type are hints
 * between text formats. Throws `ExtractFailure` for a file that is empty or of a kind we do not read.
 */
export function detectFormat(bytes: Uint8Array, path: string, mediaType: string): DetectedFormat {
  if (bytes.length === 0) throw new ExtractFailure('empty', NOTHING_TO_READ);
  const extension = extensionOf(path);
  const hinted = BY_EXTENSION[extension] ?? BY_MEDIA_TYPE[mediaType.split(';')[0]?.trim().toLowerCase() ?? ''];
  const binary = identifyBinary(bytes, extension);
  if (binary.kind === 'unsupported') throw unsupported(path, binary.what);
  if (binary.kind === 'problem') throw binary.failure;
  if (binary.kind === 'format') return detected(binary.format, extension, hinted);
  if (Object.hasOwn(UNREADABLE_TEXT, extension)) throw unsupported(path, UNREADABLE_TEXT[extension] ?? '');
  return detected(textFormat(bytes, hinted, path), extension, hinted);
}

function textFormat(bytes: Uint8Array, hinted: DocumentFormat | undefined, path: string): DocumentFormat {
  const head = new TextDecoder('latin1')
    .decode(bytes.subarray(0, 4096))
    .replaceAll('\0', '')
    .replace(/^[^\x21-\x7e]*/, '')
    .trimStart();
  if (head.startsWith('{\\rtf'))
    throw unsupported(
      path,
      'a Rich Text document (RTF). Open it in a word processor and save it as DOCX or PDF, then add that',
    );
  if (/^<\?xml[^>]*>\s*(<\?mso[^>]*>\s*)?<w:wordDocument/.test(head))
    throw unsupported(path, 'a Word 2003 XML document. Open it in a word processor and save it as DOCX, then add that');
  if (
    /^(<!--[^]{0,2000}?-->\s*)?(<!doctype\s+html|<html[\s>])/i.test(head) ||
    /^<\?xml[^>]*>\s*(<!doctype\s+html|<html[\s>])/i.test(head)
  )
    return 'html';
  if (/^<\?xml[^>]*>[^]{0,2000}?<svg[\s>]/.test(head) || /^<svg[\s>]/.test(head))
    throw unsupported(path, 'a drawing (SVG). Images are not read yet');
  if (hinted === 'pdf' || hinted === 'docx') return 'text';
  if (hinted === 'json' && !/^[[{"\-\dtfn]/.test(head)) return 'text';
  if (hinted === undefined && /^<\?xml[\s]/.test(head)) return 'html';
  return hinted ?? 'text';
}

function detected(format: DocumentFormat, extension: string, hinted: DocumentFormat | undefined): DetectedFormat {
  // A text file may carry any extension (.log, .org, .py …): only a clash with a known one is worth a word.
  const claimed = hinted ?? (extension === 'txt' ? 'text' : undefined);
  const clash = claimed === undefined ? extension !== '' && format !== 'text' && format !== 'html' : claimed !== format;
  if (!clash) return { format, warnings: [] };
  return {
    format,
    warnings: [
      {
        code: 'mislabelled',
        message: `The name of this file ends in .${extension}, but its content is ${NAMES[format]}. It was read as that, so nothing is missing.`,
      },
    ],
  };
}

function unsupported(path: string, what: string): ExtractFailure {
  const sentence = what.includes('. ')
    ? `${what}.`
    : `${what}. Save it as PDF, DOCX, HTML, Markdown, text, CSV, JSON or YAML if you can, then add that.`;
  return new ExtractFailure(
    'unsupported',
    `“${fileNameOf(path)}” was not read: it is ${sentence} Nothing else was affected.`,
  );
}
