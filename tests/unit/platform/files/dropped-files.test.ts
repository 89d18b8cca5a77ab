import { describe, expect, it } from 'vitest';
import { isWanted, readDrop } from '../../../../src/platform/files/dropped-files.ts';

interface Tree {
  readonly [name: string]: string | Tree | undefined;
}

const PORTION = 100;

/** An entry as the browser's drop hands it out: folders answer in portions; `undefined` is a file that fails. */
function entry(name: string, content: Tree[string]): FileSystemEntry {
  if (typeof content === 'object') {
    const children = Object.entries(content).map(([childName, child]) => entry(childName, child));
    const createReader = () => {
      let at = 0;
      return {
        readEntries(done: (entries: FileSystemEntry[]) => void) {
          done(children.slice(at, (at += PORTION)));
        },
      };
    };
    return { name, isFile: false, isDirectory: true, createReader } as unknown as FileSystemEntry;
  }
  const file = (done: (file: File) => void, fail: (error: Error) => void): void => {
    if (content === undefined) fail(new Error('NotReadableError'));
    else done(new File([content], name));
  };
  return { name, isFile: true, isDirectory: false, file } as unknown as FileSystemEntry;
}

function drop(tree: Tree): DataTransfer {
  const items = Object.entries(tree).map(([name, content]) => ({
    kind: 'file',
    webkitGetAsEntry: () => entry(name, content),
  }));
  return { items } as unknown as DataTransfer;
}

describe('readDrop', () => {
  it('walks folders and keeps their paths', async () => {
    const { files } = await readDrop(drop({ Notes: { 'a.md': 'A', Deep: { 'b.md': 'B' } }, 'c.txt': 'C' }));
    expect(files.map(({ path }) => path)).toEqual(['Notes/a.md', 'Notes/Deep/b.md', 'c.txt']);
    expect(await files[1]?.file.text()).toBe('B');
  });

  it('takes a folder whose entries come in several portions to its end', async () => {
    const many = Object.fromEntries(Array.from({ length: 250 }, (_, at) => [`${at}.md`, 'x']));
    const { files } = await readDrop(drop({ Many: many }));
    expect(files).toHaveLength(250);
  });

  it('leaves out hidden files and the folders of tools', async () => {
    const vault = {
      '.obsidian': { 'app.json': '{}' },
      '.git': { HEAD: 'x' },
      node_modules: { 'a.js': '' },
      '.DS_Store': '',
    };
    const { files, unreadableCount } = await readDrop(drop({ Vault: { ...vault, 'note.md': 'N' } }));
    expect(files.map(({ path }) => path)).toEqual(['Vault/note.md']);
    expect(unreadableCount).toBe(0);
  });

  it('counts what cannot be opened and goes on', async () => {
    const { files, unreadableCount } = await readDrop(drop({ Notes: { 'gone.md': undefined, 'here.md': 'H' } }));
    expect(files.map(({ path }) => path)).toEqual(['Notes/here.md']);
    expect(unreadableCount).toBe(1);
  });
});

describe('isWanted', () => {
  it.each(['.env', 'a/.git/config', 'a/node_modules/b.js', 'a/~$draft.docx', 'Thumbs.db', ''])(
    'refuses “%s”',
    (path) => {
      expect(isWanted(path)).toBe(false);
    },
  );

  it.each(['a.md', 'Notes/2024.01/b.pdf', 'c'])('takes “%s”', (path) => {
    expect(isWanted(path)).toBe(true);
  });
});
