import { InvalidInputError } from '../../domain/errors.ts';

/** What a `tokenizer.json` says, as far as word pieces need it. */
export interface TokenizerFile {
  readonly vocabulary: ReadonlyMap<string, number>;
  readonly unknownId: number;
  readonly continuingPrefix: string;
  /** In code points; longer words are unknown. */
  readonly maxWordLength: number;
  /** Marks such as `[SEP]` that are taken as one token where a text has them literally. */
  readonly marks: readonly { readonly content: string; readonly id: number }[];
}

const MAX_TOKENS = 1_000_000;

/**
 * Reads the parsed `tokenizer.json` of a BERT model without regard to case. Throws `InvalidInputError` for anything that would give
 * other ids here than the file's makers meant.
 */
export function readTokenizerFile(json: unknown): TokenizerFile {
  const root = record(json, 'the file');
  const model = record(root['model'], 'the model');
  if (model['type'] !== 'WordPiece') throw wrong('it does not use word pieces');
  const normalizer = record(root['normalizer'], 'the normalizer');
  if (
    normalizer['type'] !== 'BertNormalizer' ||
    normalizer['clean_text'] !== true ||
    normalizer['handle_chinese_chars'] !== true ||
    normalizer['lowercase'] !== true ||
    (normalizer['strip_accents'] ?? true) !== true
  ) {
    throw wrong('it does not fold case and accents as expected');
  }
  if (record(root['pre_tokenizer'], 'the pre-tokenizer')['type'] !== 'BertPreTokenizer') {
    throw wrong('it splits words in another way');
  }
  const vocabulary = readVocabulary(record(model['vocab'], 'the vocabulary'));
  const unknownId = vocabulary.get(String(model['unk_token']));
  if (unknownId === undefined) throw wrong('it has no token for unknown words');
  const maxWordLength = model['max_input_chars_per_word'] ?? 100;
  const continuingPrefix = model['continuing_subword_prefix'] ?? '##';
  if (typeof maxWordLength !== 'number' || typeof continuingPrefix !== 'string') throw wrong('its limits are damaged');
  const marks = root['added_tokens'] ?? [];
  if (!Array.isArray(marks)) throw wrong('its list of marks is damaged');
  return { vocabulary, unknownId, continuingPrefix, maxWordLength, marks: marks.map(readMark) };
}

function readVocabulary(entries: Readonly<Record<string, unknown>>): Map<string, number> {
  const vocabulary = new Map<string, number>();
  for (const [token, id] of Object.entries(entries)) {
    if (typeof id !== 'number' || !Number.isInteger(id) || id < 0 || id >= MAX_TOKENS) {
      throw wrong('its vocabulary is damaged');
    }
    vocabulary.set(token, id);
  }
  return vocabulary;
}

function readMark(value: unknown): { content: string; id: number } {
  const { content, id, single_word, lstrip, rstrip, normalized } = record(value, 'a mark');
  if (typeof content !== 'string' || typeof id !== 'number' || !Number.isInteger(id) || id < 0 || id >= MAX_TOKENS) {
    throw wrong('one of its marks is damaged');
  }
  // A mark that began with a letter would have to be looked for inside words.
  const isPlain = /^[!-/:-@[-`{-~]/.test(content) && ![single_word, lstrip, rstrip, normalized].includes(true);
  if (!isPlain) throw wrong(`it treats the mark ${content.slice(0, 40)} in an unusual way`);
  return { content, id };
}

function record(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(`${what} is damaged`);
  return { ...value };
}

function wrong(what: string): InvalidInputError {
  return new InvalidInputError(
    `The tokenizer.json of the embedding model cannot be used: ${what}. Your library is not affected. ` +
      'Add the model again, or choose another in settings.',
  );
}
