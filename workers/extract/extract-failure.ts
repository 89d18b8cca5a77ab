import type { ExtractProblem } from '../../src/domain/extracted.ts';

/** Thrown by readers for a file that cannot be read; the extractor turns it into the outcome's problem. */
export class ExtractFailure extends Error {
  override readonly name = 'ExtractFailure';
  readonly problem: ExtractProblem;

  constructor(kind: ExtractProblem['kind'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.problem = { kind, message };
  }
}

/** A count went over its limit: `what` names it in the user's words, as in "more than 5,000 pages". */
export function limitExceeded(what: string): ExtractFailure {
  return new ExtractFailure(
    'limit-exceeded',
    `This file was not read because it has ${what}, which is more than can be read safely. ` +
      'Nothing else was affected. If you trust it, save it again from the program it came from, or split it, and add that.',
  );
}

/** The file's structure is broken: `what` says where, as in "The file ends in the middle of a value." */
export function damaged(what: string, cause?: unknown): ExtractFailure {
  return new ExtractFailure(
    'damaged',
    `This file could not be read: it seems to be damaged or incomplete. ${what} ` +
      'Nothing else was affected. Open it in the program it comes from, save it again, and add the new copy.',
    cause === undefined ? undefined : { cause },
  );
}

export const NOTHING_TO_READ =
  'This file is empty, so there is nothing to search in it. Nothing else was affected. ' +
  'If it should have content, check the original and add it again.';
