/** One file of a drop or a pick, with its path inside what was dropped. */
export interface FoundFile {
  readonly path: string;
  readonly file: File;
}

/** Folders that hold a tool's own state, never the person's writing. */
const SKIPPED_FOLDERS = new Set(['node_modules', '__MACOSX', '$RECYCLE.BIN', 'System Volume Information']);
const SKIPPED_FILES = new Set(['Thumbs.db', 'desktop.ini', 'Icon\r']);

/** Deeper than any real folder: a link that leads back into itself ends here. */
const MAX_DEPTH = 64;

/** Whether a path is worth reading: nothing hidden (`.git`, `.obsidian`, `.DS_Store`) and no tool's folder. */
export function isWanted(path: string): boolean {
  const parts = path.split('/');
  const name = parts.at(-1) ?? '';
  if (name === '' || SKIPPED_FILES.has(name) || name.startsWith('~$')) return false;
  return parts.every((part) => !part.startsWith('.') && !SKIPPED_FOLDERS.has(part));
}

/**
 * Everything in a drop, folders included. Must be called inside the `drop` event: the browser empties the transfer
 * when the event is over, so all entries are taken synchronously and walked afterwards. What cannot be read
 * (a folder that vanished, a file without permission) is counted in `unreadableCount` and left out.
 */
export function readDrop(transfer: DataTransfer): Promise<{ files: FoundFile[]; unreadableCount: number }> {
  const entries: FileSystemEntry[] = [];
  const loose: File[] = [];
  for (const item of transfer.items) {
    if (item.kind !== 'file') continue;
    const entry = item.webkitGetAsEntry();
    if (entry !== null) entries.push(entry);
    else {
      const file = item.getAsFile();
      if (file !== null) loose.push(file);
    }
  }
  return walkAll(entries, loose);
}

/** The files of an `<input type=file>`, with the picked folder's name as the first part of each path. */
export function readPicked(list: FileList): FoundFile[] {
  return [...list]
    .map((file) => ({ path: file.webkitRelativePath === '' ? file.name : file.webkitRelativePath, file }))
    .filter(({ path }) => isWanted(path));
}

interface Walk {
  readonly files: FoundFile[];
  unreadableCount: number;
}

async function walkAll(entries: readonly FileSystemEntry[], loose: readonly File[]): Promise<Walk> {
  const walk: Walk = { files: [], unreadableCount: 0 };
  for (const file of loose) if (isWanted(file.name)) walk.files.push({ path: file.name, file });
  for (const entry of entries) await visit(entry, entry.name, 0, walk);
  return walk;
}

async function visit(entry: FileSystemEntry, path: string, depth: number, walk: Walk): Promise<void> {
  if (depth > MAX_DEPTH || !isWanted(path)) return;
  try {
    if (isFileEntry(entry)) {
      walk.files.push({ path, file: await fileOf(entry) });
    } else if (isDirectoryEntry(entry)) {
      for (const child of await childrenOf(entry)) await visit(child, `${path}/${child.name}`, depth + 1, walk);
    }
  } catch (error) {
    console.warn('Something in the drop could not be read.', error);
    walk.unreadableCount++;
  }
}

function isFileEntry(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isDirectoryEntry(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => {
    entry.file(resolve, reject);
  });
}

/** `readEntries` hands out a folder in portions (Chromium: 100); an empty portion is the end. */
async function childrenOf(directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = directory.createReader();
  const children: FileSystemEntry[] = [];
  for (;;) {
    const portion = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (portion.length === 0) return children;
    children.push(...portion);
  }
}
