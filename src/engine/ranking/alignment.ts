import { InvalidInputError } from '../../domain/errors.ts';
import type { QueryTokens, TokenTable } from '../../domain/token-alignment.ts';
import kernelBytes from '../kernels/align.wasm.ts';
import type { AlignCore } from './align-core.ts';
import { plainAlignCore } from './plain-align-core.ts';
import { simdAlignCore } from './simd-align-core.ts';

/**
 * How well the words of a question are met in a passage, by each word's nearest there instead of by one vector for all:
 *
 *   alignment(q, d) = Σ weight_i · max(0, max over tokens t of d of cos(token_i, t)) / Σ weight_i
 *
 * over the tokens i of the question; in [0, 1], and 0 for a passage without tokens. This is late interaction, "MaxSim"
 * (Khattab, Zaharia: "ColBERT: Efficient and Effective Passage Search via Contextualized Late Interaction over BERT",
 * SIGIR 2020), over vectors that are the same in every text, so that a passage's tokens are all that has to be kept of it.
 */
export interface TokenAligner {
  /** The alignment of each passage, given as its distinct tokens. Ids beyond the table are left out. */
  align(query: QueryTokens, passages: readonly Uint16Array[]): number[];
}

/** In vector instructions where the browser has them, else in plain code. Throws `InvalidInputError` for a table that does not add up. */
export function createTokenAligner(table: TokenTable): TokenAligner {
  checkTable(table);
  const bytes = Uint8Array.from(atob(kernelBytes), (character) => character.charCodeAt(0));
  return alignerOf(WebAssembly.validate(bytes) ? simdAlignCore(bytes, table) : plainAlignCore(table));
}

/** The same in plain code: what the kernel is held to. */
export function createPlainTokenAligner(table: TokenTable): TokenAligner {
  checkTable(table);
  return alignerOf(plainAlignCore(table));
}

function checkTable({ rows, dimensions, packed, scales }: TokenTable): void {
  const isWhole =
    rows >= 1 &&
    rows <= 65_536 &&
    dimensions >= 32 &&
    dimensions <= 4096 &&
    dimensions % 32 === 0 &&
    packed.length === (rows * dimensions) / 2 &&
    scales.length === rows;
  if (!isWhole) throw new InvalidInputError('The table of token vectors does not add up; reload the embedding model.');
}

function alignerOf(core: AlignCore): TokenAligner {
  return {
    align(query, passages) {
      const asked = Array.from(query.ids, (id, at) => ({ id, weight: query.weights[at] ?? 0 })).filter(
        ({ id, weight }) => id < core.rows && weight > 0 && weight < Infinity && core.inverses[id]! > 0,
      );
      const total = asked.reduce((sum, { weight }) => sum + weight, 0);
      if (total === 0) return passages.map(() => 0);
      const counts = Uint32Array.from(passages, ({ length }) => length);
      const ids = new Uint16Array(counts.reduce((sum, count) => sum + count, 0));
      let length = 0;
      passages.forEach((passage, at) => {
        const start = length;
        for (const id of passage) if (id < core.rows) ids[length++] = id;
        counts[at] = length - start;
      });
      const maxima = core.maxima(
        asked.map(({ id }) => id),
        ids.subarray(0, length),
        counts,
      );
      return passages.map((_, passage) => {
        const sum = asked.reduce((so, { id, weight }, at) => {
          return so + weight * maxima[passage * asked.length + at]! * core.inverses[id]!;
        }, 0);
        return Math.min(1, sum / total);
      });
    },
  };
}
