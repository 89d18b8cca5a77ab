const SPLIT_WORD = /(\p{L}{1,40})[-\u00ad\u2010]\n(\p{Ll}\p{L}{0,40})/gu;

/**
 * Puts words together that a line end has cut, as in "ef-\nficient". Whether the hyphen belongs to the word ("dual-\nencoder")
 * is decided by what else stands in the document: the form that occurs there wins; failing both, the hyphen goes.
 */
export function hyphenJoiner(documentText: string): (text: string) => string {
  let known: Set<string> | undefined;
  return (text) => {
    if (!text.includes('\n')) return text;
    return text.replace(SPLIT_WORD, (_, before: string, after: string) => {
      known ??= new Set(documentText.toLowerCase().match(/[\p{L}]+(?:-[\p{L}]+)*/gu));
      const joined = `${before}${after}`.toLowerCase();
      const hyphenated = `${before}-${after}`.toLowerCase();
      return known.has(hyphenated) && !known.has(joined) ? `${before}-${after}` : `${before}${after}`;
    });
  };
}
