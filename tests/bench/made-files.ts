import { docxParagraph, DOCX_STYLES, makeDocx, makePdf } from '../unit/workers/extract/make-files.ts';
import { MadeText } from './made-text.ts';

export interface MadeFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

type Maker = (text: MadeText, length: number) => string | Uint8Array;

/** A file of each format, `length` paragraphs or records long. */
const MAKERS = {
  md: (text, length) =>
    sections(
      text,
      length,
      (title) => `## ${title}\n`,
      (p) => `${p}\n`,
      `# ${text.title()}\n`,
    ),
  txt: (text, length) =>
    sections(
      text,
      length,
      (title) => title,
      (p) => `${p}\n`,
      '',
    ),
  html: (text, length) =>
    `<!doctype html><html><head><title>${text.title()}</title></head><body>${sections(
      text,
      length,
      (title) => `<h2>${title}</h2>`,
      (p) => `<p>${p}</p>`,
      '',
    )}</body></html>`,
  csv: (text, length) =>
    [
      'item,place,amount,remark',
      ...repeat(length * 4, () => `${text.words(2)},${text.words(1)},${text.between(1, 999)},"${text.sentence()}"`),
    ].join('\n'),
  json: (text, length) =>
    JSON.stringify({
      records: repeat(length * 2, () => ({ title: text.title(), remark: text.sentence(), tags: [text.words(1)] })),
    }),
  yaml: (text, length) =>
    repeat(
      length * 2,
      () => `- title: ${text.title()}\n  remark: ${text.sentence()}\n  amount: ${text.between(1, 999)}`,
    ).join('\n'),
  docx: (text, length) =>
    makeDocx(
      sections(
        text,
        length,
        (title) => docxParagraph(title, 'Heading1'),
        (p) => docxParagraph(p),
        '',
      ),
      { 'word/styles.xml': DOCX_STYLES },
    ),
  pdf: (text, length) =>
    makePdf(
      repeat(Math.ceil(length / 6), () => repeat(40, () => ({ text: text.words(12) }))),
      'Made pages',
    ),
} satisfies Record<string, Maker>;

export type MadeFormat = keyof typeof MAKERS;
export const MADE_FORMATS = Object.keys(MAKERS) as readonly MadeFormat[];

export function makeFile(format: MadeFormat, seed: number, length: number): MadeFile {
  const made = MAKERS[format](new MadeText(seed), length);
  const bytes = typeof made === 'string' ? new TextEncoder().encode(made) : made;
  return { path: `made/${format}/${String(seed).padStart(4, '0')}.${format}`, bytes };
}

/** A folder as people have them: mostly notes, some of everything else. */
export function makeFolder(fileCount: number, length: number): MadeFile[] {
  const others = MADE_FORMATS.filter((format) => format !== 'md');
  return Array.from({ length: fileCount }, (_, at) =>
    makeFile(at % 3 === 0 ? (others[(at / 3) % others.length] ?? 'txt') : 'md', at, length),
  );
}

function sections(
  text: MadeText,
  length: number,
  heading: (title: string) => string,
  paragraph: (text: string) => string,
  start: string,
): string {
  const parts = [start];
  for (let at = 0; at < length; at++) {
    if (at % 4 === 0) parts.push(heading(text.title()));
    parts.push(paragraph(text.paragraph()));
  }
  return parts.join('\n');
}

function repeat<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make);
}
