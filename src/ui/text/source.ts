import type { SourceView } from '../../domain/source-view.ts';

/** Words of the source panel. */
export const SOURCE = {
  close: 'Close the source',
  opening: 'Opening the source…',
  problem: 'The source could not be opened.',
  tryAgain: 'Try again',
  previous: 'Previous source of this answer',
  next: 'Next source of this answer',
  position: (at: number, of: number) => `${at} of ${of}`,
  whole: 'Whole document',
  passage: 'Passage',
  properties: 'Properties',
  page: (page: number, of: number) => `Page ${page} of ${of}`,
  pageWithoutText: 'This page is an image without text, so nothing on it can be found by searching.',
  pageFailed: 'This page could not be drawn. The others are not affected.',
  pdfFailed: 'The pages could not be drawn, so this is their text.',
  table: 'Table',
  rowsBefore: (first: number) => `Rows before ${first} appear as you scroll up.`,
  code: 'Code',
  done: 'Done',
  open: 'Open',
  image: 'image',
  noText: 'There is no text in this document.',
  backToPassage: 'Back to the passage',
} as const;

/** What has happened to the source since it was cited; `undefined` when nothing has. */
export function stateNotice(
  state: SourceView['state'],
): { readonly tone: 'plain' | 'warn'; readonly text: string } | undefined {
  switch (state) {
    case 'current':
      return undefined;
    case 'changed-found':
      return {
        tone: 'plain',
        text: 'This document has changed since the answer was written. The passage is still in it, and is marked below.',
      };
    case 'changed-gone':
      return {
        tone: 'warn',
        text: 'This document has changed since the answer was written, and the passage is no longer in it. You see the older version that was cited.',
      };
    case 'deleted':
      return {
        tone: 'warn',
        text: 'This document is no longer in your library. Only the quoted passage was kept with the answer.',
      };
  }
}
