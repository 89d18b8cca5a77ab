import { decodeText } from './decode-text.ts';
import { DocumentBuilder } from './document-builder.ts';
import { ExtractFailure, NOTHING_TO_READ } from './extract-failure.ts';
import { paragraphsOf } from './paragraphs.ts';
import { singlePart, titleFromPath, type OpenSource, type SourceFile } from './reader.ts';

const CHAPTER =
  /^(book|part|volume|chapter|section|appendix|act|scene)\s+([ivxlcdm]{1,8}|\d{1,3}|[a-z]{3,9})\b[.:]?.{0,60}$/i;
const OUTER = /^(book|part|volume|act)\b/i;

/** Plain text: paragraphs are separated by blank lines; a line of its own such as "CHAPTER IV" is a heading. */
export async function open(source: SourceFile): Promise<OpenSource> {
  return singlePart(() => {
    const { text, encoding, warnings } = decodeText(source.bytes);
    const builder = new DocumentBuilder(source.limits);
    for (const paragraph of paragraphsOf(text)) {
      builder.begin();
      builder.write(paragraph);
      const chapter = paragraph.length <= 80 && !paragraph.includes('\n') && CHAPTER.test(paragraph);
      builder.end(chapter ? { kind: 'heading', level: OUTER.test(paragraph) ? 1 : 2 } : { kind: 'paragraph' });
    }
    if (builder.length === 0) throw new ExtractFailure('empty', NOTHING_TO_READ);
    return {
      format: 'text',
      title: titleFromPath(source.path),
      text: builder.text,
      blocks: builder.blocks,
      properties: {},
      tags: [],
      links: [],
      encoding,
      warnings: [...warnings, ...builder.invisibleWarnings()],
    };
  });
}
