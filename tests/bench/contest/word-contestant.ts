import { expose } from 'comlink';

export interface WordContestant {
  build(passages: readonly string[]): void | Promise<void>;
  /** Numbers of the `k` best passages, best first. */
  search(query: string, k: number): readonly number[] | Promise<readonly number[]>;
  /** What would be written to a disk. */
  save(): Saved | Promise<Saved>;
  /** Makes the index anew from what was saved, as a program does that has just been started. */
  load(saved: Saved): void | Promise<void>;
  readonly note?: string;
}

/** By name; strings count with their length in UTF-8. */
export type Saved = ReadonlyMap<string, string | Uint8Array>;

export type WordContestants = Readonly<Record<string, () => Promise<WordContestant>>>;

export interface WordAnswers {
  readonly searchMs: readonly number[];
  readonly passages: readonly (readonly number[])[];
}

export interface WordContestantApi {
  /** Loads the contestant's code and takes the passages in; neither is counted. */
  open(name: string, passages: readonly string[]): Promise<string | undefined>;
  /** Milliseconds. */
  build(): Promise<number>;
  ask(queries: readonly string[], k: number): Promise<WordAnswers>;
  /** Saves the index and loads it again. */
  reload(): Promise<{ readonly savedBytes: number; readonly loadMs: number }>;
}

/** Runs contestants in this worker, one per worker. */
export function serveWordContestants(contestants: WordContestants): void {
  let contestant: WordContestant | undefined;
  let given: readonly string[] = [];
  const chosen = (): WordContestant => {
    if (contestant === undefined) throw new Error('Nothing was opened.');
    return contestant;
  };
  const api: WordContestantApi = {
    async open(name, passages) {
      const create = contestants[name];
      if (create === undefined) throw new Error(`There is no ${name}.`);
      contestant = await create();
      given = passages;
      return contestant.note;
    },
    async build() {
      const startedAt = performance.now();
      await chosen().build(given);
      return performance.now() - startedAt;
    },
    async ask(queries, k) {
      const searchMs: number[] = [];
      const passages: (readonly number[])[] = [];
      for (const query of queries) {
        const startedAt = performance.now();
        const answer = chosen().search(query, k);
        const found = answer instanceof Promise ? await answer : answer;
        searchMs.push(performance.now() - startedAt);
        passages.push(found);
      }
      return { searchMs, passages };
    },
    async reload() {
      const saved = await chosen().save();
      let savedBytes = 0;
      for (const part of saved.values()) {
        savedBytes += typeof part === 'string' ? new TextEncoder().encode(part).length : part.length;
      }
      const startedAt = performance.now();
      await chosen().load(saved);
      return { savedBytes, loadMs: performance.now() - startedAt };
    },
  };
  expose(api);
}
