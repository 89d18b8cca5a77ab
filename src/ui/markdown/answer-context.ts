import { createContext } from 'svelte';
import type { Citation } from '../../domain/citation.ts';

/** What rendered text needs of the answer it belongs to. Read when something happens, so that text is drawn only once. */
export interface AnswerContext {
  citationOf(marker: number): Citation | undefined;
  openCitation(citation: Citation): void;
  /** Shows the passage beside `anchor`; `undefined` hides it. */
  preview(citation: Citation | undefined, anchor?: HTMLElement): void;
  /** Offers a link's full address before anything is opened. */
  offerLink(href: string): void;
}

export const [useAnswer, provideAnswer] = createContext<AnswerContext>();
