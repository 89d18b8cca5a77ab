import { createContext } from 'svelte';
import type { TextRange } from '../../domain/extracted.ts';

/** What the parts of a drawn source share. */
export interface SourceContext {
  readonly text: string;
  readonly highlight: TextRange | undefined;
  /** What pressing a link of this address does; `undefined` when the address leads nowhere and is shown as text. */
  linkAction(href: string): (() => void) | undefined;
}

export const [useSource, provideSource] = createContext<SourceContext>();
