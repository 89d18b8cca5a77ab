import type { PreTrainedTokenizer } from '@huggingface/transformers';
import { InvalidInputError } from '../../src/domain/errors.ts';
import { WordPiece } from '../../src/engine/embedding/word-piece.ts';

/** What is between a text and a network: its tokens, and the marks such as [CLS] and [SEP] that go around them. */
export class TokenReader {
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly padId: number;
  readonly unknownId: number;
  readonly #tokenizer: PreTrainedTokenizer;
  /** The app's own word pieces where they give the same ids, which is for BERT's tokenizer: many times faster. */
  readonly #wordPiece: WordPiece | undefined;

  constructor(tokenizer: PreTrainedTokenizer, tokenizerJson: object) {
    this.#tokenizer = tokenizer;
    this.#wordPiece = readWordPiece(tokenizerJson);
    this.padId = tokenizer.pad_token_id ?? 0;
    this.unknownId = tokenizer.unk_token_id ?? 0;
    const bare = tokenizer.encode('a', { add_special_tokens: false });
    const full = tokenizer.encode('a', { add_special_tokens: true });
    const at = full.findIndex((_, start) => bare.every((id, i) => full[start + i] === id));
    this.before = at < 0 ? [] : full.slice(0, at);
    this.after = at < 0 ? [] : full.slice(at + bare.length);
  }

  get marksLength(): number {
    return this.before.length + this.after.length;
  }

  /** All tokens of a text, without marks. */
  encode(text: string): number[] {
    if (this.#wordPiece) return Array.from(this.#wordPiece.encode(text));
    return this.#tokenizer.encode(text, { add_special_tokens: false });
  }

  /** About how many tokens a text has; exact where counting is cheap. */
  estimate(text: string): number {
    return this.#wordPiece?.count(text) ?? Math.ceil(text.length / LETTERS_PER_TOKEN);
  }
}

/** Of ordinary text; only the order of lengths matters. */
const LETTERS_PER_TOKEN = 4;

function readWordPiece(tokenizerJson: object): WordPiece | undefined {
  try {
    return WordPiece.read(tokenizerJson);
  } catch (error) {
    // A tokenizer of another kind: the library's own reads it.
    if (error instanceof InvalidInputError) return undefined;
    throw error;
  }
}
