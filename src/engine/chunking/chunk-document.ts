import type { ChunkDraft } from '../../domain/chunk.ts';
import type { ExtractedDocument } from '../../domain/extracted.ts';
import type { ChunkingSettings } from '../../domain/settings.ts';
import { atomsOf, type Atom } from './atoms.ts';
import { describeChunk, type ChunkSpan } from './describe-chunk.ts';
import { groupSections, sectionsOf, type SectionGroup } from './sections.ts';
import { hyphenJoiner } from './join-hyphens.ts';
import { tokenEstimatorFor } from './estimate-tokens.ts';

/** Goes up whenever the same document would be cut differently: an index names the chunker it was built with. */
export const CHUNKER_VERSION = 1;

const MIN_TOKENS = 16;

/**
 * Cuts a document into passages of at most `maxTokens` (estimated). Structure comes first: a passage does not cross a
 * heading of level 1 to 3, unless the sections are so small that neighbours under one parent are taken together. Within
 * that, a passage ends at a block's end where that leaves it at least half full, otherwise at a sentence's; only
 * a sentence longer than the budget is cut, between words. Tables are cut between rows and repeat their header,
 * code between lines, records between fields. `overlapTokens` of whole sentences are carried over where prose
 * is cut. A passage's text is its source range as it stands, but for a table's repeated header and, in PDFs, words
 * that a line end has hyphenated, which are joined. Deterministic; linear in the document's size.
 */
export function chunkDocument(document: ExtractedDocument, settings: ChunkingSettings): ChunkDraft[] {
  const maxTokens = Math.max(MIN_TOKENS, Math.floor(settings.maxTokens));
  const overlapTokens = Math.max(0, Math.min(settings.overlapTokens, Math.floor(maxTokens / 2)));
  const estimate = tokenEstimatorFor(document.text);
  const readable = document.format === 'pdf' ? hyphenJoiner(document.text) : (source: string): string => source;
  const sections = sectionsOf(document, estimate);
  const drafts: ChunkDraft[] = [];
  for (const group of groupSections(sections, maxTokens)) {
    for (const span of packGroup(document, group, maxTokens, overlapTokens)) {
      drafts.push(describeChunk(document, span, estimate, readable));
    }
  }
  return drafts;

  function packGroup(source: ExtractedDocument, group: SectionGroup, max: number, overlap: number): ChunkSpan[] {
    const blocks = group.blocks.map((block) => atomsOf(source, block, estimate, max));
    return pack(blocks, max, overlap).map((atoms) => ({ atoms, group }));
  }
}

/** Fills passages with atoms, block by block. Each atom lands in one passage; sentences may be in two, as overlap. */
function pack(blocks: readonly (readonly Atom[])[], maxTokens: number, overlapTokens: number): Atom[][] {
  const spans: Atom[][] = [];
  let current: Atom[] = [];
  let tokens = 0;
  let fresh = 0;

  const flush = (keepOverlap: boolean): void => {
    // A heading says what comes after it: it opens the next passage rather than closing this one.
    const headings: Atom[] = [];
    while (current.length > 1 && current.at(-1)?.kind === 'heading') headings.unshift(...current.splice(-1));
    if (fresh > headings.length) spans.push(current);
    const carried = keepOverlap && headings.length === 0 ? tail(current, overlapTokens) : [];
    current = [...carried, ...headings];
    tokens = sum(current);
    fresh = headings.length;
  };

  for (const atoms of blocks) {
    const whole = sum(atoms);
    const own = atoms.some((atom) => atom.standsAlone);
    if (tokens + whole > maxTokens && fresh > 0 && (tokens >= maxTokens / 2 || whole <= maxTokens || own)) flush(!own);
    // Overlap is a courtesy: where it would split a block that fits by itself, it gives way.
    if (tokens + whole > maxTokens && whole <= maxTokens && fresh === 0) {
      current = [];
      tokens = 0;
    }
    for (const atom of atoms) {
      if (tokens + atom.tokens > maxTokens && current.length > 0) {
        if (fresh > 0) flush(atom.kind === 'sentence');
        if (tokens + atom.tokens > maxTokens && fresh === 0) {
          current = [];
          tokens = 0;
        }
      }
      tokens += atom.tokens + (current.length === 0 ? (atom.headerTokens ?? 0) : 0);
      current.push(atom);
      fresh++;
    }
  }
  if (fresh > 0) spans.push(current);
  return spans;
}

/** Whole sentences from the end of a passage, as many as fit. */
function tail(atoms: readonly Atom[], overlapTokens: number): Atom[] {
  let first = atoms.length;
  let tokens = 0;
  while (first > 1) {
    const atom = atoms[first - 1];
    if (atom?.kind !== 'sentence' || atom.isFragment || tokens + atom.tokens > overlapTokens) break;
    tokens += atom.tokens;
    first--;
  }
  return atoms.slice(first);
}

function sum(atoms: readonly Atom[]): number {
  return atoms.reduce((total, atom) => total + atom.tokens, 0);
}
