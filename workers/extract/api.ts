import type { ChunkDraft } from '../../src/domain/chunk.ts';
import type { ChunkingSettings } from '../../src/domain/settings.ts';
import type { ExtractOutcome, ExtractProblem } from '../../src/domain/extracted.ts';

/**
 * One worker reads one file and is then terminated. The caller owns the loop: `open`, then `readUnit` for every
 * unit in order (showing progress, minding time-outs, free to stop), then `finish`.
 */
export interface ExtractApi {
  /** Loads the reader that a name suggests, before its file is there. Files of other kinds can be opened all the same. */
  prepare(path: string): Promise<void>;
  open(input: ExtractInput): Promise<ExtractOpening>;
  /** Reads unit `index` (0-based). A unit that fails is recorded in the outcome, not thrown. */
  readUnit(index: number): Promise<void>;
  finish(chunking: ChunkingSettings): Promise<ExtractFinish>;
}

export interface ExtractInput {
  /** Transferred; dead at the caller afterwards. */
  readonly bytes: ArrayBuffer;
  /** Path or name: its extension is a hint, the bytes decide. */
  readonly path: string;
  readonly mediaType: string;
}

export type ExtractOpening =
  | { readonly kind: 'ready'; readonly unit: 'page' | 'part'; readonly unitCount: number }
  | { readonly kind: 'problem'; readonly problem: ExtractProblem };

export interface ExtractFinish {
  readonly outcome: ExtractOutcome;
  /** Empty unless the outcome is `extracted`. */
  readonly chunks: readonly ChunkDraft[];
}
