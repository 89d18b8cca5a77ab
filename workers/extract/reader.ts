import type { DocumentFormat, ExtractedDocument, ExtractWarning } from '../../src/domain/extracted.ts';
import type { ExtractLimits } from './limits.ts';

/** What a reader is given. `bytes` may be consumed (transferred or changed). */
export interface SourceFile {
  readonly bytes: Uint8Array;
  /** Path or name, untrusted: used for the title only. */
  readonly path: string;
  readonly format: DocumentFormat;
  readonly limits: ExtractLimits;
  /** A predefined character map of PDF by its name, such as `UniGB-UCS2-H`, in the packed `.bcmap` form. */
  readonly loadCMap: (name: string) => Promise<Uint8Array>;
}

/** A file being read. Units are read in order, each at most once; `finish` may come before the last one. */
export interface OpenSource {
  readonly unit: 'page' | 'part';
  readonly unitCount: number;
  /** May throw `ExtractFailure` when the whole file is beyond reading; a unit's own failure is a warning. */
  readUnit(index: number): Promise<void>;
  /** Throws `ExtractFailure` when there is nothing to show for the file. */
  finish(): ExtractedDocument;
}

/** What every `read-*.ts` exports as `open`. Throws `ExtractFailure`. */
export type OpenReader = (source: SourceFile) => Promise<OpenSource>;

/** A reader whose file is read in one go. */
export function singlePart(read: () => ExtractedDocument | Promise<ExtractedDocument>): OpenSource {
  let document: ExtractedDocument | undefined;
  return {
    unit: 'part',
    unitCount: 1,
    async readUnit() {
      document ??= await read();
    },
    finish() {
      if (!document) throw new Error('finish() was called before the only part was read');
      return document;
    },
  };
}

/** The last part of a path, without its extension: a title where the file itself has none. */
export function titleFromPath(path: string): string {
  const name = fileNameOf(path);
  const dot = name.lastIndexOf('.');
  return (dot > 0 ? name.slice(0, dot) : name) || 'Untitled';
}

export function fileNameOf(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

/** Lower case, without the dot; empty where there is none. */
export function extensionOf(path: string): string {
  const name = fileNameOf(path);
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(dot + 1).toLowerCase() : '';
}

/** Puts warnings a caller found in front of those a reader found. */
export function withWarnings(document: ExtractedDocument, warnings: readonly ExtractWarning[]): ExtractedDocument {
  return warnings.length === 0 ? document : { ...document, warnings: [...warnings, ...document.warnings] };
}
