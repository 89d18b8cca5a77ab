/** Where a backup goes: a place the person chose, or none, for browsers that only know downloads. */
export type BackupTarget =
  { readonly kind: 'picked'; readonly handle: FileSystemFileHandle | undefined } | { readonly kind: 'cancelled' };

/** Of https://wicg.github.io/file-system-access/, which TypeScript does not describe. */
interface SavePicker {
  showSaveFilePicker(options: {
    readonly suggestedName: string;
    readonly types: readonly {
      readonly description: string;
      readonly accept: Readonly<Record<string, readonly string[]>>;
    }[];
  }): Promise<FileSystemFileHandle>;
}

function hasSavePicker(target: object): target is SavePicker {
  return 'showSaveFilePicker' in target;
}

/** Asks where to put the file, where the browser can. */
export async function pickBackupTarget(suggestedName: string, description: string): Promise<BackupTarget> {
  if (!hasSavePicker(window)) return { kind: 'picked', handle: undefined };
  try {
    const types = [{ description, accept: { 'application/octet-stream': ['.kvx'] } }];
    return { kind: 'picked', handle: await window.showSaveFilePicker({ suggestedName, types }) };
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    if (error.name === 'AbortError') return { kind: 'cancelled' };
    // Forbidden here, as in a frame: a download serves as well.
    return { kind: 'picked', handle: undefined };
  }
}
