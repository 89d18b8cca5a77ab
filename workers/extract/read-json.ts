import { decodeText } from './decode-text.ts';
import { damaged, limitExceeded } from './extract-failure.ts';
import { singlePart, type OpenSource, type SourceFile } from './reader.ts';
import { treeDocument } from './tree-document.ts';
import { isUnsafeKey, type Tree } from './tree.ts';

/** JSON, or JSON Lines where the first line is a value and more follow. */
export async function open(source: SourceFile): Promise<OpenSource> {
  return singlePart(() => {
    const { limits } = source;
    if (source.bytes.length > limits.treeBytes)
      throw limitExceeded(`more than ${Math.round(limits.treeBytes / 1024 / 1024)} MB of JSON`);
    const { text, encoding, warnings } = decodeText(source.bytes);
    checkDepth(text, limits.treeDepth);
    return treeDocument(source, parse(text), { format: 'json', encoding, warnings });
  });
}

function parse(text: string): Tree {
  try {
    return parseSafely(text);
  } catch (error) {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    if (lines.length < 2 || !isComplete(lines[0] ?? '')) throw damaged(whereItBroke(error), error);
    return lines.map((line, index) => {
      try {
        return parseSafely(line);
      } catch (lineError) {
        throw damaged(`Record ${(index + 1).toLocaleString('en')} is not valid JSON.`, lineError);
      }
    });
  }
}

function isComplete(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null;
  } catch {
    return false; // That it is not complete is the answer.
  }
}

function parseSafely(text: string): Tree {
  const dropUnsafe = (key: string, value: Tree): Tree | undefined => (isUnsafeKey(key) ? undefined : value);
  // What JSON.parse gives is a tree, by the grammar of JSON.
  return JSON.parse(text, dropUnsafe) as Tree;
}

function whereItBroke(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  const line = /line (\d+)/.exec(message)?.[1];
  if (line) return `It is not valid JSON at line ${line}.`;
  return /end of/i.test(message) ? 'It ends in the middle of a value.' : 'It is not valid JSON.';
}

/** Counts brackets outside strings before anything recursive sees them. */
function checkDepth(text: string, maxDepth: number): void {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === 0x5c) at++;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x7b || code === 0x5b) {
      if (++depth > maxDepth) throw limitExceeded(`values nested more than ${maxDepth} levels deep`);
    } else if (code === 0x7d || code === 0x5d) depth--;
  }
}
