import type { DocumentFormat } from '../../src/domain/extracted.ts';
import { damaged, ExtractFailure } from './extract-failure.ts';

export type BinaryIdentity =
  | { readonly kind: 'format'; readonly format: DocumentFormat }
  /** `what` completes "it is …", with what to do where that is particular. */
  | { readonly kind: 'unsupported'; readonly what: string }
  | { readonly kind: 'problem'; readonly failure: ExtractFailure }
  | { readonly kind: 'text' };

/** First bytes (as Latin-1) of what people drop and we do not read. Order matters only for shared beginnings. */
const SIGNATURES: readonly (readonly [string, string])[] = [
  ['\x89PNG', 'an image. Text in images is not read yet'],
  ['\xff\xd8\xff', 'an image. Text in images is not read yet'],
  ['GIF8', 'an image. Text in images is not read yet'],
  ['II*\0', 'an image. Text in images is not read yet'],
  ['MM\0*', 'an image. Text in images is not read yet'],
  ['BM', 'an image. Text in images is not read yet'],
  ['ID3', 'a sound recording. Recordings are not read yet'],
  ['fLaC', 'a sound recording. Recordings are not read yet'],
  ['OggS', 'a sound or video recording. Recordings are not read yet'],
  ['\x1f\x8b', 'a compressed archive (GZIP). Unpack it and add the files inside'],
  ['BZh', 'a compressed archive (BZIP2). Unpack it and add the files inside'],
  ['\xfd7zXZ', 'a compressed archive (XZ). Unpack it and add the files inside'],
  ['7z\xbc\xaf', 'a compressed archive (7-Zip). Unpack it and add the files inside'],
  ['Rar!', 'a compressed archive (RAR). Unpack it and add the files inside'],
  ['\x7fELF', 'a program'],
  ['MZ', 'a program'],
  ['SQLite format 3', 'a database (SQLite). Export the tables you need as CSV, then add those'],
  ['\xffWPC', 'a WordPerfect document. Open it in a word processor and save it as DOCX or PDF, then add that'],
  ['\x09\x08', 'an old Excel workbook. Open it in a spreadsheet program and save the sheets as CSV, then add those'],
  ['\x09\x04', 'an old Excel workbook. Open it in a spreadsheet program and save the sheets as CSV, then add those'],
  ['\x09\x02', 'an old Excel workbook. Open it in a spreadsheet program and save the sheets as CSV, then add those'],
  ['\x09\0', 'an old Excel workbook. Open it in a spreadsheet program and save the sheets as CSV, then add those'],
  ['wOF', 'a font'],
  ['\0asm', 'a program (WebAssembly)'],
];

const OLD_OFFICE: Readonly<Record<string, string>> = {
  xls: 'an old Excel workbook (XLS). Open it in a spreadsheet program and save the sheets as CSV, then add those',
  ppt: 'an old PowerPoint presentation (PPT). Save it as PDF, then add that',
  msg: 'an Outlook message. Save it as PDF or HTML, then add that',
};

/** Names what bytes are when they are not text. Looks at the beginning, and at a ZIP's directory. */
export function identifyBinary(bytes: Uint8Array, extension: string): BinaryIdentity {
  const head = latin1(bytes.subarray(0, 1024));
  if (head.includes('%PDF-') || /^\s*%!PS-Adobe-[\d.]+ PDF-/.test(head)) return { kind: 'format', format: 'pdf' };
  if (head.startsWith('PK\x03\x04') || head.startsWith('PK\x05\x06')) return identifyZip(bytes, extension);
  if (head.startsWith('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1')) return identifyOle(bytes, extension);
  if (head.startsWith('RIFF'))
    return { kind: 'unsupported', what: 'a sound, video or image file. These are not read yet' };
  if (head.slice(4, 8) === 'ftyp')
    return { kind: 'unsupported', what: 'a video, sound or image file. These are not read yet' };
  if (!looksLikeText(bytes)) {
    for (const [signature, what] of SIGNATURES) if (head.startsWith(signature)) return { kind: 'unsupported', what };
    if (extension === 'pdf') return { kind: 'problem', failure: damaged('It does not begin the way a PDF does.') };
    if (extension === 'docx')
      return { kind: 'problem', failure: damaged('It does not begin the way a Word document does.') };
    return { kind: 'unsupported', what: 'not a text and not a kind of document that can be read here' };
  }
  return { kind: 'text' };
}

function identifyZip(bytes: Uint8Array, extension: string): BinaryIdentity {
  // Entry names stand in clear in the local headers and in the directory at the end: both are looked at.
  const names = latin1(bytes.subarray(0, 65_536)) + latin1(bytes.subarray(Math.max(0, bytes.length - 262_144)));
  if (names.includes('word/')) return { kind: 'format', format: 'docx' };
  if (names.includes('ppt/'))
    return { kind: 'unsupported', what: 'a PowerPoint presentation (PPTX). Save it as PDF, then add that' };
  if (names.includes('xl/'))
    return { kind: 'unsupported', what: 'an Excel workbook (XLSX). Save the sheets as CSV, then add those' };
  if (names.includes('application/epub+zip'))
    return { kind: 'unsupported', what: 'an e-book (EPUB). Convert it to PDF or HTML, then add that' };
  if (names.includes('opendocument'))
    return {
      kind: 'unsupported',
      what: 'an OpenDocument file. Open it in a word processor and save it as DOCX or PDF, then add that',
    };
  if (extension === 'docx' || extension === 'docm' || extension === 'dotx') return { kind: 'format', format: 'docx' };
  return { kind: 'unsupported', what: 'an archive (ZIP). Unpack it and add the files inside' };
}

function identifyOle(bytes: Uint8Array, extension: string): BinaryIdentity {
  const head = latin1(bytes.subarray(0, Math.min(bytes.length, 1024 * 1024)));
  const encrypted = 'E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0';
  if (head.includes(encrypted) || latin1(bytes.subarray(Math.max(0, bytes.length - 65_536))).includes(encrypted)) {
    const message =
      'This document is protected with a password, so it could not be read. Nothing else was affected. ' +
      'Open it in the program it comes from, save a copy without a password, and add that.';
    return { kind: 'problem', failure: new ExtractFailure('password-protected', message) };
  }
  const what =
    OLD_OFFICE[extension] ??
    'an old Word or Office document. Open it in a word processor and save it as DOCX or PDF, then add that';
  return { kind: 'unsupported', what };
}

/** Text has next to no control bytes; UTF-16 and UTF-32 are told by their mark or their zeros in step. */
export function looksLikeText(bytes: Uint8Array): boolean {
  const [a, b, c, d] = bytes;
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) return true;
  if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return true;
  const sample = bytes.subarray(0, 8192);
  let control = 0;
  const zeros = [0, 0];
  for (let i = 0; i < sample.length; i++) {
    const byte = sample[i] ?? 0;
    if (byte === 0) zeros[i & 1] = (zeros[i & 1] ?? 0) + 1;
    else if (byte < 32 && byte !== 9 && byte !== 10 && byte !== 12 && byte !== 13 && byte !== 27) control++;
  }
  const [even = 0, odd = 0] = zeros;
  const inStep = Math.max(even, odd) > sample.length * 0.35 && Math.min(even, odd) < sample.length * 0.025;
  return control + (inStep ? 0 : even + odd) <= sample.length * 0.02;
}

function latin1(bytes: Uint8Array): string {
  // TextDecoder's "latin1" is windows-1252, which moves bytes 0x80–0x9f; signatures need them where they are.
  let text = '';
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return text;
}
