import type { RootContent } from 'mdast';
import { carve, joined, lineStart, type GrowingBlock } from './growing-block.ts';
import { NodeBudget } from './node-budget.ts';
import { OpenFence } from './open-fence.ts';
import { limitNesting, mendOpenEnd, parseTree } from './parse-tree.ts';
import { renderBlock } from './render-blocks.ts';
import { MAX_RENDERED_BYTES, MAX_RENDERED_NODES, type RenderBlock } from './render-model.ts';
import { visibleText } from './visible-text.ts';

/** Read at once; a long text that is already there is taken in over several frames. */
const SLICE_LENGTH = 4000;
/** An open block longer than this is cut, so that no single parse can hold up a frame. */
const MAX_OPEN_LENGTH = 12_000;

/**
 * Turns a Markdown text that arrives in pieces into render blocks. Only the last, still open block is parsed again
 * when text is added; in lists and tables only the last item or row. A block once closed keeps its identity, so that
 * the view never touches it again.
 *
 * A block is closed as soon as a later block has begun on a complete line: by CommonMark's line-by-line block
 * structure nothing that follows can change it.
 */
export class MarkdownStream {
  readonly #budget: NodeBudget;
  readonly #closed: RenderBlock[] = [];
  #open: readonly RenderBlock[] = [];
  #growing: GrowingBlock | undefined;
  #fence: OpenFence | undefined;
  #tail = '';
  #pending = '';
  #length = 0;
  #isEnded = false;
  #isDone = false;

  constructor(maxNodes = MAX_RENDERED_NODES) {
    this.#budget = new NodeBudget(maxNodes);
  }

  append(text: string): void {
    const room = MAX_RENDERED_BYTES - this.#length;
    this.#length += text.length;
    this.#pending += text.length <= room ? text : text.slice(0, Math.max(room, 0));
  }

  /** No more text will come. */
  end(): void {
    this.#isEnded = true;
  }

  /** True when text, or the end, has not been taken in yet. */
  get hasMore(): boolean {
    return !this.#isDone && (this.#pending !== '' || this.#isEnded);
  }

  /** Takes in one slice of what is pending; call until `hasMore` is false. */
  advance(): void {
    if (!this.hasMore) return;
    const slice = this.#takeSlice();
    const isEnd = this.#isEnded && this.#pending === '';
    this.#tail = limitNesting(visibleText(this.#tail + slice));
    this.#read(isEnd);
    this.#isDone = isEnd;
    if (this.#budget.isSpent || (isEnd && this.#length > MAX_RENDERED_BYTES)) this.#cut();
  }

  /** All blocks so far; closed ones are the same objects each time. */
  get blocks(): readonly RenderBlock[] {
    return [...this.#closed, ...this.#open];
  }

  #takeSlice(): string {
    const newline = this.#pending.lastIndexOf('\n', SLICE_LENGTH);
    const end = this.#pending.length <= SLICE_LENGTH || newline <= 0 ? SLICE_LENGTH : newline + 1;
    const slice = this.#pending.slice(0, end);
    this.#pending = this.#pending.slice(end);
    return slice;
  }

  #read(isEnd: boolean): void {
    if (this.#fence !== undefined && !this.#readFence(this.#fence, isEnd)) return;
    let nodes = parseTree(isEnd ? this.#tail : mendOpenEnd(this.#tail));
    if (isEnd) {
      for (const node of nodes) this.#close(node);
      this.#flushGrowing();
      this.#tail = '';
      this.#open = [];
      return;
    }
    if (this.#closeFinished(nodes)) nodes = parseTree(mendOpenEnd(this.#tail));
    if (nodes[0]?.type === 'code' && this.#openFence()) return;
    const carved = carve(nodes[0], this.#tail, this.#completeEnd);
    const done = carved && renderBlock(carved.done, this.#budget);
    if (carved !== undefined && (done?.kind === 'list' || done?.kind === 'table')) {
      this.#growing = joined(this.#growing, done) ?? done;
      this.#tail = carved.rest;
      nodes = parseTree(mendOpenEnd(this.#tail));
    } else if (this.#tail.length > MAX_OPEN_LENGTH) {
      this.#closeLongTail();
      nodes = parseTree(mendOpenEnd(this.#tail));
    }
    this.#draw(nodes);
  }

  get #completeEnd(): number {
    return this.#tail.lastIndexOf('\n') + 1;
  }

  /** Closes the blocks after which another has begun, and drops their text. */
  #closeFinished(nodes: readonly RootContent[]): boolean {
    const firstOpen = nodes.findLastIndex((node) => this.#hasBegun(node));
    if (firstOpen <= 0) return false;
    for (const node of nodes.slice(0, firstOpen)) this.#close(node);
    this.#tail = this.#tail.slice(lineStart(this.#tail, startOf(nodes[firstOpen])));
    return true;
  }

  /** Whether nothing that follows can undo the block: its first line is complete, for a table also its second. */
  #hasBegun(node: RootContent): boolean {
    const start = startOf(node);
    if (node.type !== 'table') return start < this.#completeEnd;
    return this.#tail.includes('\n', this.#tail.indexOf('\n', start) + 1);
  }

  /** Draws the open end. It stands on screen once however often it is drawn, so it spends no budget yet. */
  #draw(nodes: readonly RootContent[]): void {
    const left = this.#budget.left;
    const blocks = nodes.map((node) => renderBlock(node, this.#budget)).filter((block) => block !== undefined);
    if (!this.#budget.isSpent) this.#budget.restore(left);
    const grown = joined(this.#growing, blocks[0]);
    if (grown !== undefined) this.#open = [grown, ...blocks.slice(1)];
    else this.#open = this.#growing === undefined ? blocks : [this.#growing, ...blocks];
  }

  #close(node: RootContent): void {
    const block = renderBlock(node, this.#budget);
    if (block === undefined) return;
    const grown = joined(this.#growing, block);
    if (grown === undefined) this.#flushGrowing();
    this.#growing = undefined;
    this.#closed.push(grown ?? block);
  }

  #flushGrowing(): void {
    if (this.#growing !== undefined) this.#closed.push(this.#growing);
    this.#growing = undefined;
  }

  #openFence(): boolean {
    const opened = OpenFence.open(this.#tail);
    if (opened === undefined) return false;
    this.#flushGrowing();
    this.#fence = opened.fence;
    this.#tail = opened.rest;
    this.#read(false);
    return true;
  }

  /** True when the fence has closed and the tail goes on as ordinary Markdown. */
  #readFence(fence: OpenFence, isEnd: boolean): boolean {
    const { isClosed, rest } = fence.take(this.#tail, isEnd);
    this.#tail = rest;
    if (!isClosed) {
      this.#open = [fence.block(rest)];
      return false;
    }
    this.#fence = undefined;
    this.#budget.take();
    this.#closed.push(fence.block());
    this.#open = [];
    return true;
  }

  /** Cuts an unreasonably long open block at the end of a line or sentence, else where it is. */
  #closeLongTail(): void {
    const sentence = this.#tail.lastIndexOf('. ') + 2;
    const end = [this.#completeEnd, sentence].find((at) => at > MAX_OPEN_LENGTH / 2) ?? this.#tail.length;
    for (const node of parseTree(this.#tail.slice(0, end))) this.#close(node);
    this.#flushGrowing();
    this.#tail = this.#tail.slice(end);
  }

  #cut(): void {
    this.#flushGrowing();
    this.#closed.push(...this.#open, { kind: 'cut' });
    this.#open = [];
    this.#pending = '';
    this.#tail = '';
    this.#isDone = true;
  }
}

/** A whole text at once; for short texts and tests. */
export function parseMarkdown(text: string, maxNodes = MAX_RENDERED_NODES): readonly RenderBlock[] {
  const stream = new MarkdownStream(maxNodes);
  stream.append(text);
  stream.end();
  while (stream.hasMore) stream.advance();
  return stream.blocks;
}

function startOf(node: RootContent | undefined): number {
  return node?.position?.start.offset ?? 0;
}
