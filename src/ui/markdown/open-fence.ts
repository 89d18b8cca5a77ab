import type { RenderBlock } from './render-model.ts';

type CodeBlock = Extract<RenderBlock, { kind: 'code' }>;

/**
 * A fenced code block being written. Its end is a matter of single lines, so what came before is never read again
 * (rules of CommonMark 0.31 §4.5).
 */
export class OpenFence {
  readonly #language: string;
  readonly #closing: RegExp;
  readonly #indent: RegExp;
  #text = '';
  #lineCount = 0;

  private constructor(indent: number, fence: string, language: string) {
    this.#language = language;
    this.#closing = new RegExp(`^ {0,3}\\${fence.charAt(0)}{${fence.length},}[ \\t]*$`);
    this.#indent = new RegExp(`^ {0,${indent}}`);
  }

  /** The fence that opens on the first line of `text`, and what follows that line. */
  static open(text: string): { readonly fence: OpenFence; readonly rest: string } | undefined {
    const opening = /^( {0,3})(`{3,}(?=[^`\n]*\n)|~{3,})[ \t]*([\w+#.-]{0,24})[^\n]*\n/.exec(text);
    if (opening === null) return undefined;
    const [line, indent = '', marker = '', language = ''] = opening;
    return { fence: new OpenFence(indent.length, marker, language), rest: text.slice(line.length) };
  }

  /**
   * Takes the complete lines of `text`. `rest` is what was not taken: the unfinished last line, or, after the
   * closing fence, whatever follows it.
   */
  take(text: string, isEnd: boolean): { readonly isClosed: boolean; readonly rest: string } {
    let from = 0;
    while (from < text.length) {
      const newline = text.indexOf('\n', from);
      if (newline === -1 && !isEnd) break;
      const end = newline === -1 ? text.length : newline;
      const line = text.slice(from, end);
      from = newline === -1 ? end : newline + 1;
      if (this.#closing.test(line)) return { isClosed: true, rest: text.slice(from) };
      this.#text += this.#separator + line.replace(this.#indent, '');
      this.#lineCount++;
    }
    return { isClosed: isEnd, rest: text.slice(from) };
  }

  /** The block as it stands, with the unfinished line shown unless it may become the closing fence. */
  block(unfinishedLine = ''): CodeBlock {
    const line = /^\s*[`~]*$/.test(unfinishedLine) ? '' : unfinishedLine.replace(this.#indent, '');
    const text = line === '' ? this.#text : this.#text + this.#separator + line;
    return { kind: 'code', language: this.#language, text };
  }

  get #separator(): string {
    return this.#lineCount === 0 ? '' : '\n';
  }
}
