/** Marks first, in this order: padding is 0 and the word for unknown words 1. */
const MARKS = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];

export interface ModelTokenizer {
  /** The content of the `tokenizer.json` to ship. */
  readonly json: object;
  readonly size: number;
  /** Ids that carry no meaning: the marks. */
  readonly markIds: readonly number[];
}

/**
 * The vocabulary of a BERT `tokenizer.json` without its reserved places (`[unused…]`), renumbered, in a file that cuts and pads
 * nothing. Throws an Error for another kind of file.
 */
export function trimTokenizer(bert: unknown): ModelTokenizer {
  const root = record(bert);
  const model = record(root['model']);
  const entries = Object.entries(record(model['vocab'])).map(([token, id]) => ({ token, id: Number(id) }));
  entries.sort((a, b) => a.id - b.id);
  const words = entries
    .map(({ token }) => token)
    .filter((token) => !MARKS.includes(token) && !token.startsWith('[unused'));
  const tokens = [...MARKS, ...words];
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const idOf = (token: string): number => {
    const id = ids.get(token);
    if (id === undefined) throw new Error(`The tokenizer has no ${token}.`);
    return id;
  };
  const mark = (token: string, part: number): object => ({ SpecialToken: { id: token, type_id: part } });
  const part = (id: string, number: number): object => ({ Sequence: { id, type_id: number } });
  const json = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: MARKS.map((content) => ({
      id: idOf(content),
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: root['normalizer'],
    pre_tokenizer: root['pre_tokenizer'],
    post_processor: {
      type: 'TemplateProcessing',
      single: [mark('[CLS]', 0), part('A', 0), mark('[SEP]', 0)],
      pair: [mark('[CLS]', 0), part('A', 0), mark('[SEP]', 0), part('B', 1), mark('[SEP]', 1)],
      special_tokens: Object.fromEntries(
        ['[CLS]', '[SEP]'].map((token) => [token, { id: token, ids: [idOf(token)], tokens: [token] }]),
      ),
    },
    decoder: root['decoder'],
    model: { ...model, vocab: Object.fromEntries(ids) },
  };
  return { json, size: tokens.length, markIds: MARKS.map(idOf) };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw new Error('This is not the tokenizer.json of a BERT model.');
  return { ...value };
}
