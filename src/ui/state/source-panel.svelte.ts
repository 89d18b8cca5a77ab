import type { Citation } from '../../domain/citation.ts';
import type { DocumentId } from '../../domain/ids.ts';

/** What the panel on the right is asked to show. */
export type SourceRequest =
  /** `siblings`: all citations of the same answer, in order, to step through. */
  | { readonly kind: 'citation'; readonly citation: Citation; readonly siblings: readonly Citation[] }
  | { readonly kind: 'document'; readonly documentId: DocumentId };

/** Which source is open beside the conversation. The panel itself fetches and draws it. */
export class SourcePanelState {
  #request = $state.raw<SourceRequest>();
  #opener: HTMLElement | undefined;

  get request(): SourceRequest | undefined {
    return this.#request;
  }

  get isOpen(): boolean {
    return this.#request !== undefined;
  }

  openCitation(citation: Citation, siblings: readonly Citation[] = []): void {
    this.#open({ kind: 'citation', citation, siblings });
  }

  openDocument(documentId: DocumentId): void {
    this.#open({ kind: 'document', documentId });
  }

  /** Closes the panel and gives the focus back to what opened it. */
  close(): void {
    this.#request = undefined;
    this.#opener?.focus();
    this.#opener = undefined;
  }

  #open(request: SourceRequest): void {
    if (document.activeElement instanceof HTMLElement && !this.isOpen) this.#opener = document.activeElement;
    this.#request = request;
  }
}
