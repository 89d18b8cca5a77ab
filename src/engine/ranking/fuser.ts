/** One retriever's list, best first. Keys are whatever the caller numbers its candidates by; no key twice. */
export interface RankedList {
  readonly retriever: 'lexical' | 'dense';
  readonly entries: readonly { readonly key: number; readonly score: number }[];
}

export interface FusedEntry {
  readonly key: number;
  /** Higher is better; comparable inside one fusion only. */
  readonly score: number;
}

/** Makes one ranking of several. `isBefore` decides between equal scores. */
export type Fuser = (lists: readonly RankedList[], isBefore: (left: number, right: number) => boolean) => FusedEntry[];
