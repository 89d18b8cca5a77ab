import { requestEvents } from '../../platform/compute/event-stream.ts';
import type { IngestEvent } from '../../domain/ingest-event.ts';
import type { ImportFile } from '../../../workers/core/api.ts';
import type { Core } from './core.svelte.ts';
import { isFinal, remainingMs, summarise, type FileProgress, type ImportSummary } from './import-progress.ts';
import type { NoticeState } from './notices.svelte.ts';
import { NOTICES } from '../text/notices.ts';
import { importFinished } from '../text/library.ts';

/** Events arrive by the thousand; the page is redrawn at most this often. */
const REDRAW_MS = 120;

/** The import that runs in core, as its events tell it: one state per file, and how far the whole has come. */
export class ImportState {
  readonly #core: () => Core;
  readonly #notices: NoticeState;
  readonly #files = new Map<string, FileProgress>();
  readonly #sizes = new Map<string, number>();
  readonly #running = new Set<AbortController>();
  /** What is drawn: `#files` as it was at the last redraw. */
  #fileList = $state.raw<readonly FileProgress[]>([]);
  #runningCount = $state(0);
  #isPaused = $state(false);
  #elapsedMs = 0;
  #lastTickAt = 0;
  #redrawTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(core: () => Core, notices: NoticeState) {
    this.#core = core;
    this.#notices = notices;
  }

  readonly #summed = $derived(summarise(this.#fileList, this.#sizes));

  get isRunning(): boolean {
    return this.#runningCount > 0;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  get files(): readonly FileProgress[] {
    return this.#fileList;
  }

  get summary(): ImportSummary {
    return this.#summed;
  }

  /** Milliseconds to go, once that can be told. */
  get remainingMs(): number | undefined {
    return this.#isPaused ? undefined : remainingMs(this.#summed.fraction, this.#elapsedMs);
  }

  /** Takes files in. Several calls may overlap; they are shown as one import. */
  take(files: readonly ImportFile[]): void {
    if (files.length === 0) return;
    this.#begin();
    for (const { path, file } of files) {
      this.#sizes.set(path, file.size);
      this.#files.set(path, { type: 'waiting', path, sizeBytes: file.size });
    }
    this.#run((port) => this.#core().importFiles(files, port));
  }

  /** Goes on with what an earlier session left unfinished. */
  resume(): void {
    this.#begin();
    this.#run((port) => this.#core().resumeImport(port));
  }

  async pause(): Promise<void> {
    this.#tick();
    this.#isPaused = true;
    await this.#core().pauseImport();
  }

  async continue(): Promise<void> {
    this.#lastTickAt = performance.now();
    this.#isPaused = false;
    await this.#core().continueImport();
  }

  /** Stops what is not done yet. What is done stays. */
  cancel(): void {
    for (const run of this.#running) run.abort();
  }

  /** Clears the list of a finished import. */
  dismiss(): void {
    if (!this.isRunning) this.forget();
  }

  forget(): void {
    this.cancel();
    this.#running.clear();
    this.#runningCount = 0;
    this.#files.clear();
    this.#sizes.clear();
    this.#isPaused = false;
    this.#publish();
  }

  #begin(): void {
    if (this.isRunning) return;
    this.#files.clear();
    this.#sizes.clear();
    this.#elapsedMs = 0;
    this.#lastTickAt = performance.now();
    this.#isPaused = false;
  }

  #run(start: (port: MessagePort) => Promise<void>): void {
    const run = new AbortController();
    this.#running.add(run);
    this.#runningCount = this.#running.size;
    this.#publish();
    void this.#follow(start, run);
  }

  async #follow(start: (port: MessagePort) => Promise<void>, run: AbortController): Promise<void> {
    try {
      for await (const event of requestEvents<IngestEvent>(start, { signal: run.signal })) this.#note(event);
    } catch (error) {
      if (!run.signal.aborted) this.#notices.problem(NOTICES.importStopped, error);
    } finally {
      if (this.#running.delete(run)) this.#finish(run.signal.aborted);
    }
  }

  #note(event: IngestEvent): void {
    if (event.type === 'waiting') this.#sizes.set(event.path, event.sizeBytes);
    this.#files.set(event.path, event);
    if (event.type === 'failed' && event.problem.kind === 'storage-full') this.#notices.problem(NOTICES.storageFull);
    if (this.#redrawTimer !== undefined) return;
    this.#redrawTimer = setTimeout(() => {
      this.#redrawTimer = undefined;
      this.#tick();
      this.#publish();
    }, REDRAW_MS);
  }

  #publish(): void {
    this.#fileList = [...this.#files.values()];
  }

  #tick(): void {
    const now = performance.now();
    if (!this.#isPaused) this.#elapsedMs += now - this.#lastTickAt;
    this.#lastTickAt = now;
  }

  #finish(isCancelled: boolean): void {
    this.#runningCount = this.#running.size;
    if (isCancelled) {
      for (const [path, event] of this.#files) {
        if (!isFinal(event)) this.#files.set(path, { type: 'cancelled', path });
      }
    }
    this.#publish();
    if (this.#runningCount === 0 && this.#files.size > 0 && !isCancelled) {
      this.#notices.say(importFinished(summarise(this.#files.values(), this.#sizes)));
    }
  }
}
