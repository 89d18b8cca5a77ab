import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { DOCX_STYLES, docxParagraph, makeDocx } from './make-files.ts';
import { checkPositions, outline, readDocument, readProblem } from './read-file.ts';

const STYLES = {
  'word/styles.xml': DOCX_STYLES,
  'word/_rels/document.xml.rels': strToU8(
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="s" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>',
  ),
  'docProps/core.xml': strToU8(
    '<?xml version="1.0"?><cp:coreProperties><dc:title>Plan &amp; cost</dc:title><dc:creator>Ada</dc:creator></cp:coreProperties>',
  ),
};
const CELL = (text: string): string => `<w:tc>${docxParagraph(text)}</w:tc>`;
const BODY =
  docxParagraph('Overview', 'Heading1') +
  docxParagraph('All is well.') +
  docxParagraph('Money', 'Heading2') +
  `<w:tbl><w:tr>${CELL('Item')}${CELL('Price')}</w:tr><w:tr>${CELL('Tea')}${CELL('3')}</w:tr></w:tbl>`;

describe('reading DOCX', () => {
  it('gives headings, paragraphs and tables', async () => {
    const document = await readDocument('plan.docx', makeDocx(BODY, STYLES));
    checkPositions(document);
    expect(outline(document)).toEqual([
      'h1 Overview',
      'paragraph All is well.',
      'h2 Money',
      'table Item | Price\nTea | 3',
    ]);
    expect(document.title).toBe('Plan & cost');
    expect(document.properties).toEqual({ author: 'Ada' });
  });

  it('reads a document that carries another archive, without opening that', async () => {
    const inner = zipSync({ 'big.txt': new Uint8Array(1000) });
    expect(
      (await readDocument('x.docx', makeDocx(docxParagraph('Outer'), { 'word/embeddings/a.docx': inner }))).text,
    ).toBe('Outer');
  });

  it('refuses a document that unpacks to a thousand times its size, within two seconds', async () => {
    const started = performance.now();
    const bomb = makeDocx(docxParagraph('x'), {
      'word/media/bomb.xml': [new Uint8Array(60 * 1024 * 1024).fill(0x20), { level: 9 }],
    });
    const packed = performance.now();
    expect((60 * 1024 * 1024) / bomb.length).toBeGreaterThan(900);
    const problem = await readProblem('bomb.docx', bomb);
    expect(problem.kind).toBe('limit-exceeded');
    expect(performance.now() - packed).toBeLessThan(2000);
    expect(packed).toBeGreaterThan(started);
  });

  it('believes what comes out of an archive rather than what it declares', async () => {
    const lying = makeDocx(docxParagraph('x'), {
      'word/media/bomb.xml': [new Uint8Array(8 * 1024 * 1024), { level: 9 }],
    });
    const view = new DataView(lying.buffer);
    for (let at = 0; at + 46 < lying.length; at++) {
      // Uncompressed size in the directory's entries (PKWARE APPNOTE 4.3.12) and in local headers (4.3.7).
      if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 24, 10, true);
      if (view.getUint32(at, true) === 0x04034b50) view.setUint32(at + 22, 10, true);
    }
    expect((await readProblem('lying.docx', lying)).kind).toBe('limit-exceeded');
  });

  it('refuses too many parts, entities, and parts that stand twice', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 5100 }, (_, index) => [`word/media/${index}.bin`, new Uint8Array(1)]),
    );
    expect((await readProblem('many.docx', makeDocx(docxParagraph('x'), many))).kind).toBe('limit-exceeded');
    const laughs = strToU8('<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><x>&b;</x>');
    expect((await readProblem('laughs.docx', makeDocx(docxParagraph('x'), { 'word/comments.xml': laughs }))).kind).toBe(
      'damaged',
    );
    const twice = makeDocx(docxParagraph('x'), {
      'word/media/aa.bin': new Uint8Array(9),
      'word/media/ab.bin': new Uint8Array(9),
    });
    const renamed = Uint8Array.from(twice);
    for (let at = 0; at < renamed.length - 17; at++) {
      if (String.fromCharCode(...renamed.subarray(at, at + 17)) === 'word/media/ab.bin') renamed[at + 12] = 0x61;
    }
    expect((await readProblem('twice.docx', renamed)).message).toContain('same part twice');
  });

  it('names a missing password, a missing end and a missing text', async () => {
    const container = new Uint8Array(4096);
    container.set([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);
    container.set(Uint8Array.from([...'EncryptedPackage'].flatMap((letter) => [letter.charCodeAt(0), 0])), 1024);
    expect((await readProblem('secret.docx', container)).kind).toBe('password-protected');
    const whole = makeDocx(BODY, STYLES);
    expect((await readProblem('cut.docx', whole.slice(0, whole.length - 300))).kind).toBe('damaged');
    expect((await readProblem('blank.docx', makeDocx('<w:p/>'))).kind).toBe('empty');
  });
});
