/**
 * Grows whenever texts are cut into terms, or postings are written, in another way than before: libraries then have their
 * postings made anew from the texts.
 */
export const WORDS_VERSION = 3;
