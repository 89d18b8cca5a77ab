import type { Citation, Passage } from '../../domain/citation.ts';
import { fencedLine, nextToken, openingFence } from './citation-lexer.ts';
import type { CitationToken, Fence } from './citation-lexer.ts';

export interface ResolvedCitations {
  /** The Markdown, with markers as `[n]` and only of passages that were supplied. */
  readonly text: string;
  /** One for each marker left in the text, in the order of first mention. */
  readonly citations: readonly Citation[];
  readonly droppedCitationCount: number;
}

/**
 * Reads the citation markers of an answer: `[3]`, `[1][2]`, `[1, 2]`, `[1-3]`, also in full-width brackets; not in
 * code, and not in links. Numbers that no passage has are taken out of the text and counted.
 */
export function resolveCitations(text: string, passages: readonly Passage[]): ResolvedCitations {
  const filter = new CitationFilter(passages.map((passage) => passage.marker));
  const resolved = filter.push(text) + filter.end();
  const citations = filter.mentioned.flatMap(
    (marker) => passages.find((passage) => passage.marker === marker)?.citation ?? [],
  );
  return { text: resolved, citations, droppedCitationCount: filter.droppedCount };
}

/**
 * The same for text that streams in: holds back what may become a marker until that is decided, so that a marker
 * without a passage is never shown. What comes out does not depend on how the text was cut into deltas.
 */
export class CitationFilter {
  readonly #known: ReadonlySet<number>;
  readonly #mentioned = new Set<number>();
  #droppedCount = 0;
  #pending = '';
  /** What has gone out of the current line, as far as it can still open a block. */
  #line = '';
  #fence: Fence | undefined;

  constructor(markers: Iterable<number>) {
    this.#known = new Set(markers);
  }

  /** Numbers cited for passages that do not exist. */
  get droppedCount(): number {
    return this.#droppedCount;
  }

  /** Markers that stand in the text so far, in the order of first mention. */
  get mentioned(): readonly number[] {
    return [...this.#mentioned];
  }

  /** Takes the next piece; returns what can be shown. */
  push(delta: string): string {
    return this.#advance(delta, false);
  }

  /** Returns what was held back. */
  end(): string {
    return this.#advance('', true);
  }

  #advance(delta: string, isEnd: boolean): string {
    const text = this.#pending + delta;
    let shown = '';
    let at = 0;
    const take = (length: number): void => {
      const piece = text.slice(at, at + length);
      shown += piece;
      at += length;
      this.#note(piece);
    };
    while (at < text.length) {
      if (this.#fence !== undefined) {
        const line = fencedLine(text, at, this.#line, this.#fence, isEnd);
        if (line === 'need-more') break;
        take(line.length);
        if (line.isClosing) this.#fence = undefined;
        continue;
      }
      const opening = openingFence(text, at, this.#line, isEnd);
      if (opening === 'need-more') break;
      if (opening !== undefined) {
        take(opening.length);
        this.#fence = opening.fence;
        // The line that opens a block cannot close it.
        this.#line = 'x';
        continue;
      }
      const token = nextToken(text, at, this.#line, isEnd);
      if (token.kind === 'need-more') break;
      if (token.kind === 'raw') {
        take(token.length);
        continue;
      }
      const markers = this.#resolve(token);
      shown += markers;
      this.#note(markers);
      at += token.length;
    }
    this.#pending = text.slice(at);
    return shown;
  }

  #resolve(token: Extract<CitationToken, { kind: 'markers' }>): string {
    const kept = token.numbers.filter((number) => this.#known.has(number));
    this.#droppedCount += token.numbers.length - kept.length;
    for (const number of kept) this.#mentioned.add(number);
    // “[1]: address” would turn every [1] of the answer into a link to that address.
    const after = token.isDefinition ? ' ' : '';
    if (kept.length > 0) return token.before + kept.map((number) => `[${number}]`).join('') + after;
    return token.isBeforeGap && this.#line !== '' ? '' : token.before;
  }

  #note(piece: string): void {
    const lineStart = piece.lastIndexOf('\n') + 1;
    this.#line = (lineStart === 0 ? this.#line + piece : piece.slice(lineStart)).slice(0, MAX_LINE_PREFIX);
  }
}

/** Beyond this, nothing on a line can open a block any more. */
const MAX_LINE_PREFIX = 80;
