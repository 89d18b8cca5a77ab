import type { Block, Inline, ExtractWarning, TextRange } from '../../src/domain/extracted.ts';
import { stripInvisible } from '../../src/engine/invisible-text.ts';
import { limitExceeded } from './extract-failure.ts';
import type { ExtractLimits } from './limits.ts';

type OmitEach<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** A block without its place, which the builder knows. */
export type BlockShape = OmitEach<Block, 'start' | 'end' | 'inlines'>;

/**
 * Writes canonical text and, over it, blocks and inlines. `begin`, then `write` and `inline`, then `end`. A block
 * nothing was written in is dropped. Invisible characters are removed and counted on the way.
 */
export class DocumentBuilder {
  readonly blocks: Block[] = [];
  removedCount = 0;
  readonly #limits: ExtractLimits;
  #parts: string[] = [];
  #length = 0;
  #gap = '';
  #start = -1;
  #visibleEnd = 0;
  #inlines: Inline[] = [];

  constructor(limits: ExtractLimits) {
    this.#limits = limits;
  }

  /** Where the next character goes, not counting a gap that is still owed. */
  get length(): number {
    return this.#length;
  }

  get text(): string {
    const text = this.#parts.join('');
    this.#parts = [text];
    return text;
  }

  /** Starts a block; `tight` puts it on the next line, otherwise a blank line comes between. */
  begin(tight = false): void {
    this.#gap = this.#length === 0 ? '' : tight ? '\n' : '\n\n';
    this.#start = -1;
    this.#inlines = [];
  }

  /** Appends text and returns where it now stands (an empty range where nothing visible was left). */
  write(raw: string): TextRange {
    const { text, removedCount } = stripInvisible(raw);
    this.removedCount += removedCount;
    if (text === '') return { start: this.#length, end: this.#length };
    this.anchor();
    const start = this.#length;
    this.#append(text);
    const trimmed = text.trimEnd();
    if (trimmed !== '') this.#visibleEnd = start + trimmed.length;
    return { start, end: this.#length };
  }

  /** Makes the open block begin here, even if what is written first turns out empty. */
  anchor(): void {
    if (this.#start >= 0) return;
    this.#append(this.#gap);
    this.#gap = '';
    this.#start = this.#length;
    this.#visibleEnd = this.#length;
  }

  /** The range of all that `write` writes into the open block. */
  span(write: () => void): TextRange {
    const before = this.#start < 0 ? undefined : this.#length;
    write();
    if (this.#start < 0) return { start: this.#length, end: this.#length };
    return { start: before ?? this.#start, end: this.#length };
  }

  /** Adds formatting over what was written in this block; empty ranges are ignored. */
  inline(inline: Inline): void {
    if (inline.end > inline.start) this.#inlines.push(inline);
  }

  /** Closes the block. Returns whether it had any text. */
  end(shape: BlockShape): boolean {
    if (this.#start < 0) {
      if (shape.kind === 'rule') this.blocks.push({ ...shape, start: this.#length, end: this.#length });
      return false;
    }
    // White space at a block's end stays in the text but belongs to no block.
    const place = { start: this.#start, end: shape.kind === 'table' ? this.#length : this.#visibleEnd };
    const inlines = this.#inlines.map((inline) => ({ ...inline, end: Math.min(inline.end, place.end) }));
    this.#start = -1;
    this.#inlines = [];
    if (place.end <= place.start) return false;
    this.blocks.push({ ...shape, ...place, ...(inlines.length > 0 && { inlines }) });
    return true;
  }

  /** Says what was removed, if anything was. */
  invisibleWarnings(): ExtractWarning[] {
    return invisibleTextWarnings(this.removedCount);
  }

  #append(text: string): void {
    this.#parts.push(text);
    this.#length += text.length;
    if (this.#length > this.#limits.textChars) {
      throw limitExceeded(`more than ${this.#limits.textChars.toLocaleString('en')} characters of text`);
    }
  }
}

export function invisibleTextWarnings(removedCount: number): ExtractWarning[] {
  if (removedCount === 0) return [];
  const characters =
    removedCount === 1 ? '1 invisible character' : `${removedCount.toLocaleString('en')} invisible characters`;
  return [
    {
      code: 'invisible-text',
      message: `This file contains ${characters} that can hide or disguise text. They were left out; everything you can see was read.`,
    },
  ];
}
