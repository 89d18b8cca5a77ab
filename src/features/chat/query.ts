import type { Message } from '../../domain/conversation.ts';

/** Words that point back at what was said before; a question with one of them can't be searched for on its own. */
const POINTS_BACK =
  /\b(it|its|they|them|their|this|that|these|those|he|she|his|her|him|there|then|same|else|more|above|instead)\b/iu;
/** A question this short that follows another is taken as going on with it. */
const SHORT_WORDS = 4;

/**
 * The text to search for: the question itself, or, where it leans on the one before ("and how much did it cost?"),
 * both together. Deterministic; no model is asked.
 */
export function queryFor(question: string, earlier: readonly Message[]): string {
  const previous = earlier.findLast((message) => message.role === 'user');
  if (!previous) return question;
  const wordCount = question.split(/\s+/u).length;
  const leans = wordCount <= SHORT_WORDS || (wordCount <= 12 && POINTS_BACK.test(question));
  return leans ? `${previous.text}\n${question}` : question;
}
