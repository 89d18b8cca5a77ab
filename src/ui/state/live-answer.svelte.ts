import type { AnswerEvent } from '../../domain/answer-event.ts';
import type { Citation, Passage } from '../../domain/citation.ts';
import type { AnswerMessage } from '../../domain/conversation.ts';
import { messageOf } from './app.svelte.ts';

/** What the answer is busy with, as the status line says it. */
export type AnswerStage =
  | { readonly kind: 'searching' }
  | { readonly kind: 'reading'; readonly passageCount: number }
  | { readonly kind: 'retrying'; readonly reason: string }
  | { readonly kind: 'writing' }
  | { readonly kind: 'stopping' }
  | { readonly kind: 'finished'; readonly message: AnswerMessage }
  /** The stream broke without a last event: what had arrived is shown, what core kept is there on reopening. */
  | { readonly kind: 'broken'; readonly problem: string }
  /** Stopped by the person: the stream ends there, core stores what had been written. */
  | { readonly kind: 'stopped' };

/** One answer while it is being made. Text is handed on once per frame, however many pieces arrive. */
export class LiveAnswer {
  readonly #abort = new AbortController();
  #stage = $state.raw<AnswerStage>({ kind: 'searching' });
  #text = $state.raw('');
  #citations = $state.raw<readonly Citation[]>([]);
  #passages = $state.raw<readonly Passage[]>([]);
  #arrived = '';
  #frame: number | undefined;

  get stage(): AnswerStage {
    return this.#stage;
  }

  get text(): string {
    return this.#text;
  }

  /** The citations known so far: all passages until the answer says which it used. */
  get citations(): readonly Citation[] {
    return this.#citations;
  }

  get passages(): readonly Passage[] {
    return this.#passages;
  }

  get isRunning(): boolean {
    return !['finished', 'broken', 'stopped'].includes(this.#stage.kind);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Stops the work; what has been written stays and is stored as stopped. */
  stop(): void {
    if (!this.isRunning) return;
    this.#stage = { kind: 'stopping' };
    this.#abort.abort();
  }

  take(event: AnswerEvent): void {
    switch (event.type) {
      case 'started':
        return;
      case 'retrieved':
        this.#passages = event.passages;
        this.#citations = event.passages.map((passage) => ({ ...passage.citation, marker: passage.marker }));
        this.#advance({ kind: 'reading', passageCount: event.passages.length });
        return;
      case 'retrying':
        this.#advance({ kind: 'retrying', reason: event.reason });
        return;
      case 'text':
        this.#arrived += event.delta;
        this.#frame ??= requestAnimationFrame(() => this.#show());
        if (this.#stage.kind !== 'writing') this.#advance({ kind: 'writing' });
        return;
      case 'citations':
        this.#citations = event.citations;
        return;
      case 'finished':
        this.#show();
        this.#citations = event.message.citations;
        this.#stage = { kind: 'finished', message: event.message };
    }
  }

  /** The stream ended without its last event. Only the passages that the text cites are left as its citations. */
  break(error: unknown): void {
    this.#show();
    const cited = new Set(Array.from(this.#text.matchAll(/\[(\d{1,3})\]/g), ([, marker]) => Number(marker)));
    this.#citations = this.#citations.filter(({ marker }) => cited.has(marker));
    this.#stage = this.signal.aborted ? { kind: 'stopped' } : { kind: 'broken', problem: messageOf(error) };
  }

  #advance(stage: AnswerStage): void {
    if (this.#stage.kind !== 'stopping') this.#stage = stage;
  }

  #show(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    this.#frame = undefined;
    this.#text = this.#arrived;
  }
}
