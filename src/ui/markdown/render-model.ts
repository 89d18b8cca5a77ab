/**
 * What an answer may consist of on screen, and nothing else. Components turn these nodes into elements one by one,
 * so markup in a model's text can never become markup in the page: there is no node for it.
 */

export type RenderInline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'strong' | 'emphasis' | 'deleted'; readonly children: readonly RenderInline[] }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'superscript'; readonly text: string }
  | { readonly kind: 'break' }
  /** `href` is normalised and http, https or mailto; `host` is the ASCII (punycode) host, or the mail address. */
  | {
      readonly kind: 'link';
      readonly href: string;
      readonly host: string;
      /** True when the link's own text already says where it leads. */
      readonly saysHost: boolean;
      readonly children: readonly RenderInline[];
    }
  /** An image that is named, never loaded. */
  | { readonly kind: 'image'; readonly alt: string; readonly host: string; readonly source: string }
  /** `[3]`; becomes a button when the answer has a citation of that number, and stays text otherwise. */
  | { readonly kind: 'citation'; readonly marker: number };

export interface RenderListItem {
  /** Set for task lists. */
  readonly checked?: boolean;
  readonly blocks: readonly RenderBlock[];
}

export type ColumnAlignment = 'left' | 'right' | 'center' | undefined;
export type RenderCell = readonly RenderInline[];

export type RenderBlock =
  | { readonly kind: 'paragraph'; readonly inlines: readonly RenderInline[] }
  | { readonly kind: 'heading'; readonly level: 1 | 2 | 3 | 4 | 5 | 6; readonly inlines: readonly RenderInline[] }
  | {
      readonly kind: 'list';
      /** First number of an ordered list; absent for bullets. */
      readonly firstNumber?: number;
      readonly isLoose: boolean;
      readonly items: readonly RenderListItem[];
    }
  | { readonly kind: 'quote'; readonly blocks: readonly RenderBlock[] }
  | { readonly kind: 'code'; readonly language: string; readonly text: string }
  | {
      readonly kind: 'table';
      readonly alignments: readonly ColumnAlignment[];
      readonly header: readonly RenderCell[];
      readonly rows: readonly (readonly RenderCell[])[];
    }
  | { readonly kind: 'rule' }
  /** The text went over a limit; what follows is not drawn. Copying still gives all of it. */
  | { readonly kind: 'cut' };

/** Limits of one rendered text (the display's, not the store's). */
export const MAX_RENDERED_BYTES = 2 * 1024 * 1024;
export const MAX_RENDERED_NODES = 20_000;
export const MAX_NESTING = 32;
