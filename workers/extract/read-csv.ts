import Papa from 'papaparse';
import type { TextRange } from '../../src/domain/extracted.ts';
import { decodeText } from './decode-text.ts';
import { DocumentBuilder } from './document-builder.ts';
import { ExtractFailure, limitExceeded, NOTHING_TO_READ } from './extract-failure.ts';
import { looksLikeHeader } from './table-header.ts';
import { singlePart, titleFromPath, type OpenSource, type SourceFile } from './reader.ts';

const MAX_CELLS = 4_000_000;
const DELIMITERS = [',', ';', '\t', '|'];

/** Comma-separated values (or semicolons, tabs, bars): one table, with its first row as header where it looks like one. */
export async function open(source: SourceFile): Promise<OpenSource> {
  return singlePart(() => {
    const { text, encoding, warnings } = decodeText(source.bytes);
    const rows: string[][] = [];
    let cellCount = 0;
    Papa.parse<string[]>(text, {
      delimiter: sniffDelimiter(text),
      skipEmptyLines: 'greedy',
      step({ data }) {
        cellCount += data.length;
        if (cellCount > MAX_CELLS) throw limitExceeded(`more than ${MAX_CELLS.toLocaleString('en')} cells`);
        rows.push(data.map((cell) => cell.replace(/\s+/g, ' ').trim()));
      },
    });
    if (rows.length === 0) throw new ExtractFailure('empty', NOTHING_TO_READ);

    const builder = new DocumentBuilder(source.limits);
    builder.begin();
    builder.anchor();
    const ranges = rows.map((cells, row) => {
      if (row > 0) builder.write('\n');
      return cells.map((cell, column): TextRange => {
        if (column > 0) builder.write(' | ');
        return builder.write(cell);
      });
    });
    const header = looksLikeHeader(rows) ? (ranges.shift() ?? []) : [];
    builder.end({ kind: 'table', header, rows: ranges });
    return {
      format: 'csv',
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

/** The delimiter that cuts the first lines into the same number of cells, more than one; the comma where none does. */
function sniffDelimiter(text: string): string {
  let best = ',';
  let bestScore = 0;
  for (const delimiter of DELIMITERS) {
    const { data } = Papa.parse<string[]>(text.slice(0, 64 * 1024), {
      delimiter,
      preview: 30,
      skipEmptyLines: 'greedy',
    });
    const widths = data.map((row) => row.length);
    const first = widths[0] ?? 0;
    if (first < 2) continue;
    const agreeing = widths.filter((width) => width === first).length / widths.length;
    const score = agreeing * agreeing * Math.log2(first + 1);
    if (score > bestScore) {
      bestScore = score;
      best = delimiter;
    }
  }
  return best;
}
