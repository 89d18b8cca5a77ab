import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ChunkDraft } from '../../../../src/domain/chunk.ts';
import type { Block, ExtractedDocument, ExtractOutcome } from '../../../../src/domain/extracted.ts';
import type { ChunkingSettings } from '../../../../src/domain/settings.ts';
import { createExtractor } from '../../../../workers/extract/extractor.ts';
import { DESKTOP_LIMITS, type ExtractLimits } from '../../../../workers/extract/limits.ts';

const CMAPS = new URL('../../../../node_modules/pdfjs-dist/cmaps/', import.meta.url);

export interface ReadFile {
  readonly outcome: ExtractOutcome;
  readonly chunks: readonly ChunkDraft[];
  readonly unitCount: number;
}

/** Reads a file through the extractor the worker exposes, unit by unit, as the caller in core does. */
export async function readFile(
  path: string,
  content: Uint8Array | string,
  chunking: ChunkingSettings = { maxTokens: 240, overlapTokens: 30 },
  limits: ExtractLimits = DESKTOP_LIMITS,
): Promise<ReadFile> {
  const extractor = createExtractor({ limits, loadCMap });
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : new Uint8Array(content);
  const opening = await extractor.open({ bytes: bytes.buffer, path, mediaType: '' });
  const unitCount = opening.kind === 'ready' ? opening.unitCount : 0;
  for (let index = 0; index < unitCount; index++) await extractor.readUnit(index);
  return { ...(await extractor.finish(chunking)), unitCount };
}

/** For a file that has to be readable. */
export async function readDocument(path: string, content: Uint8Array | string): Promise<ExtractedDocument> {
  const { outcome } = await readFile(path, content);
  if (outcome.kind === 'problem') throw new Error(`${path}: ${outcome.problem.kind}: ${outcome.problem.message}`);
  return outcome.document;
}

/** For a file that must not be. */
export async function readProblem(
  path: string,
  content: Uint8Array | string,
): Promise<{ kind: string; message: string }> {
  const { outcome } = await readFile(path, content);
  if (outcome.kind === 'extracted') throw new Error(`${path} was read: ${outcome.document.text.slice(0, 100)}`);
  return outcome.problem;
}

/** `kind text`, or `kind:level text` and the like: a document at a glance. */
export function outline(document: ExtractedDocument): string[] {
  return document.blocks.map((block) => `${nameOf(block)} ${document.text.slice(block.start, block.end)}`);
}

function nameOf(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `h${block.level}`;
    case 'list-item':
      return `li${block.depth}${block.ordinal === undefined ? '' : `#${block.ordinal}`}${block.checked === undefined ? '' : block.checked ? '[x]' : '[ ]'}`;
    case 'quote':
      return `quote${block.depth}`;
    default:
      return block.kind;
  }
}

/** Everything that must hold for any document, whatever it was read from. Throws where it does not. */
export function checkPositions(document: ExtractedDocument): void {
  let previous = 0;
  for (const block of document.blocks) {
    const where = `${block.kind} ${block.start}–${block.end} of ${document.text.length}`;
    if (block.start < previous || block.end < block.start || block.end > document.text.length)
      throw new Error(`Block out of place: ${where}`);
    if (block.kind !== 'rule' && block.end === block.start) throw new Error(`Empty block: ${where}`);
    const inner = [
      ...(block.inlines ?? []),
      ...(block.kind === 'table' ? [...block.header, ...block.rows.flat()] : []),
      ...(block.kind === 'record' ? block.fields.flatMap((field) => [field.label, field.value]) : []),
    ];
    for (const range of inner) {
      if (range.start < block.start || range.end > block.end || range.end < range.start) {
        throw new Error(`Range ${range.start}–${range.end} outside its block: ${where}`);
      }
    }
    previous = block.end;
  }
  for (const page of document.pages ?? []) {
    if (page.start > page.end || page.end > document.text.length) throw new Error(`Page ${page.page} out of place`);
  }
}

/** Chunks lie in the text, in order, and together cover each visible character of each block but headings and rules. */
export function checkChunks(document: ExtractedDocument, chunks: readonly ChunkDraft[]): void {
  const covered = new Uint8Array(document.text.length);
  let previousEnd = 0;
  for (const { locator, quote, text } of chunks) {
    const { start, end } = locator.range;
    if (start < 0 || end > document.text.length || end <= start) throw new Error(`Chunk ${start}–${end} out of place`);
    if (end < previousEnd) throw new Error(`Chunk ${start}–${end} ends before the one ahead of it`);
    const source = document.text.slice(start, end);
    if (!source.startsWith(quote.exact)) throw new Error(`Chunk ${start}–${end} does not begin with its quote`);
    if (quote.exact.length > 1000 || quote.prefix.length > 48 || quote.suffix.length > 48)
      throw new Error('Quote too long');
    if (document.format !== 'pdf' && !text.endsWith(source)) throw new Error(`Chunk ${start}–${end} is not its source`);
    covered.fill(1, start, end);
    previousEnd = end;
  }
  for (const block of document.blocks) {
    if (block.kind === 'heading' || block.kind === 'rule') continue;
    for (let at = block.start; at < block.end; at++) {
      if (covered[at] === 0 && /[^\s|]/.test(document.text[at] ?? '')) {
        throw new Error(
          `No chunk covers ${at} in a ${block.kind}: ${JSON.stringify(document.text.slice(at, at + 40))}`,
        );
      }
    }
  }
}

export async function loadCMap(name: string): Promise<Uint8Array> {
  return new Uint8Array(readFileSync(fileURLToPath(new URL(`${name}.bcmap`, CMAPS))));
}
