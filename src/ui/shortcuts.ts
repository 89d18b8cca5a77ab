import type { ShellState } from './state/shell.svelte.ts';
import { SHORTCUT_TEXT } from './text/palette.ts';

/** `mod` is Ctrl, and ⌘ on Apple's systems. `character` is a typed character, whatever keys make it. */
export interface Shortcut {
  readonly id: keyof typeof SHORTCUT_TEXT;
  readonly keys: {
    readonly mod?: boolean;
    readonly shift?: boolean;
    readonly key: string;
    readonly isCharacter?: boolean;
  };
  /** Absent: told in the list, handled where it applies. */
  readonly run?: (shell: ShellState) => void;
}

/** Every shortcut of the app, in the order of the help. None takes a key that the browser needs. */
export const SHORTCUTS: readonly Shortcut[] = [
  {
    id: 'palette',
    keys: { mod: true, key: 'k' },
    run: (shell) => {
      shell.show('palette');
    },
  },
  {
    id: 'new-question',
    keys: { mod: true, shift: true, key: 'o' },
    run: (shell) => {
      shell.newQuestion();
    },
  },
  {
    id: 'sidebar',
    keys: { mod: true, key: 'b' },
    run: (shell) => {
      shell.toggleSidebar();
    },
  },
  {
    id: 'help',
    keys: { key: '?', isCharacter: true },
    run: (shell) => {
      shell.show('shortcuts');
    },
  },
  { id: 'close', keys: { key: 'Escape' } },
  { id: 'send', keys: { key: 'Enter' } },
  { id: 'new-line', keys: { shift: true, key: 'Enter' } },
];

const isApple = /Mac|iP(?:hone|ad|od)/.test(navigator.userAgent);

/** The keys as they are printed, one string per key cap. */
export function keyCaps({ keys }: Shortcut): readonly string[] {
  const caps: string[] = [];
  if (keys.mod === true) caps.push(isApple ? '⌘' : 'Ctrl');
  if (keys.shift === true) caps.push(isApple ? '⇧' : 'Shift');
  caps.push(KEY_NAMES[keys.key] ?? keys.key.toUpperCase());
  return caps;
}

const KEY_NAMES: Readonly<Record<string, string>> = { Escape: 'Esc', Enter: 'Enter' };

/** Runs the shortcut an event stands for, if any. Characters are left to the field that has the focus. */
export function handleShortcut(event: KeyboardEvent, shell: ShellState): void {
  if (event.defaultPrevented || event.isComposing || event.repeat) return;
  if (event.key === 'Escape' && !isInDialog(event) && shell.sources.isOpen) {
    event.preventDefault();
    shell.sources.close();
    return;
  }
  const shortcut = SHORTCUTS.find((candidate) => candidate.run !== undefined && isPressed(candidate, event));
  if (shortcut?.run === undefined) return;
  event.preventDefault();
  shortcut.run(shell);
}

function isPressed({ keys }: Shortcut, event: KeyboardEvent): boolean {
  const isModDown = isApple ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
  if (keys.isCharacter === true) {
    return event.key === keys.key && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event);
  }
  return (
    event.key.toLowerCase() === keys.key &&
    isModDown === (keys.mod ?? false) &&
    event.shiftKey === (keys.shift ?? false) &&
    !event.altKey
  );
}

function isTyping({ target }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches('input, textarea, select');
}

function isInDialog({ target }: KeyboardEvent): boolean {
  return target instanceof Element && target.closest('dialog') !== null;
}
