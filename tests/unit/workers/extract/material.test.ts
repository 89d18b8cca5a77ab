import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkChunks, checkPositions, readFile } from './read-file.ts';

const MATERIAL = process.env['COMMONPLACE_MATERIAL'] ?? join(import.meta.dirname, '../../../../../shared');
const DOCUMENTS = join(MATERIAL, 'docs');
const FOLDERS = [
  'pdf',
  'docx',
  'html',
  'text',
  'yaml',
  'chat-export',
  'vault/obsidian-help-en',
  'vault/obsidian-help-de',
];
const MAX_MS_PER_FILE = 60_000;

/** Files made to be difficult, and what a person is to be told about each. */
const PROBLEMS: readonly (readonly [string, string])[] = [
  ['doc/tika/testWordPerfect_42.doc', 'unsupported'],
  ['doc/tika/testWORDML_tableInsideParagraph.doc', 'unsupported'],
  ['docx/tika/protected_normal_case.docx', 'password-protected'],
  ['docx/tika/protected_upper_case.docx', 'password-protected'],
  ['docx/tika/testWORD_protected_passtika.docx', 'password-protected'],
  ['xlsx/unstructured/password_protected.xlsx', 'password-protected'],
  ['docx/tika/testWORD_truncated.docx', 'damaged'],
  ['pdf/unstructured/password.pdf', 'password-protected'],
  ['pdf/unstructured/single_table.pdf', 'no-text'],
  ['pdf/unstructured/loremipsum-flat.pdf', 'no-text'],
  ['pdf/pdfjs/empty.pdf', 'no-text'],
  ['pdf/pdfjs/poppler-395-0-fuzzed.pdf', 'damaged'],
  ['text/unstructured/empty.txt', 'empty'],
  ['text/unstructured/fake-text-all-whitespace.txt', 'empty'],
];

/** Files that look broken and are read all the same. */
const READABLE: readonly (readonly [string, string, string])[] = [
  ['doc/unstructured/language-docs/eng_spa_mult.doc', 'docx', 'mislabelled'],
  ['pdf/unstructured/copy-protected.pdf', 'pdf', ''],
  ['pdf/unstructured/invalid-pdf-structure-pdfminer-one-page.pdf', 'pdf', ''],
  ['pdf/unstructured/layout-parser-paper-with-empty-pages.pdf', 'pdf', 'pages-without-text'],
  ['pdf/pdfjs/helloworld-bad.pdf', 'pdf', ''],
  ['pdf/pdfjs/noembed-eucjp.pdf', 'pdf', ''],
];

describe.skipIf(!existsSync(DOCUMENTS))('reading real files', () => {
  it.each(FOLDERS)(
    'gives an outcome for each file in %s, with every position in place',
    { timeout: 300_000 },
    async (folder) => {
      const wrong: string[] = [];
      let readCount = 0;
      for (const path of filesBelow(join(DOCUMENTS, folder))) {
        const name = relative(DOCUMENTS, path);
        const started = performance.now();
        try {
          const { outcome, chunks } = await readFile(name, readFileSync(path));
          if (performance.now() - started > MAX_MS_PER_FILE)
            wrong.push(`${name}: took ${Math.round(performance.now() - started)} ms`);
          if (outcome.kind === 'problem') continue;
          readCount++;
          checkPositions(outcome.document);
          checkChunks(outcome.document, chunks);
          if (chunks.length === 0 && outcome.document.text !== '') wrong.push(`${name}: no passages`);
          if (!chunks.every((chunk) => chunk.tokenCount <= 240)) wrong.push(`${name}: a passage over the budget`);
        } catch (error) {
          wrong.push(`${name}: ${String(error)}`);
        }
      }
      expect(wrong).toEqual([]);
      expect(readCount).toBeGreaterThan(0);
    },
  );

  it.each(PROBLEMS)('%s: %s', async (name, kind) => {
    const path = join(DOCUMENTS, name);
    const { outcome } = await readFile(name, readFileSync(path));
    expect(outcome.kind === 'problem' ? outcome.problem.kind : 'read').toBe(kind);
  });

  it.each(READABLE)('%s is read as %s %s', async (name, format, warning) => {
    const { outcome } = await readFile(name, readFileSync(join(DOCUMENTS, name)));
    expect(outcome.kind === 'extracted' && outcome.document.format).toBe(format);
    if (warning !== '')
      expect(outcome.kind === 'extracted' && outcome.document.warnings.map(({ code }) => code)).toContain(warning);
  });

  it('reads Japanese text whose character maps are not in the file', async () => {
    const { outcome } = await readFile('x.pdf', readFileSync(join(DOCUMENTS, 'pdf/pdfjs/noembed-sjis.pdf')));
    expect(outcome.kind === 'extracted' && outcome.document.text).toBe('あいうえお');
  });

  it('reads unsupported kinds as such, every one', async () => {
    for (const folder of ['doc', 'ppt', 'pptx', 'xls', 'xlsx', 'epub', 'odf', 'rtf', 'img', 'audio']) {
      for (const path of filesBelow(join(DOCUMENTS, folder))) {
        const { outcome } = await readFile(path, readFileSync(path));
        if (outcome.kind === 'problem')
          expect(['unsupported', 'password-protected', 'damaged', 'empty'], path).toContain(outcome.problem.kind);
        else expect(['docx', 'text', 'markdown', 'html'], path).toContain(outcome.document.format);
      }
    }
  });
});

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
