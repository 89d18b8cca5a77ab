/** Shorter passages say too little, longer ones no model reads to the end. */
export const MIN_CHUNK_TOKENS = 100;
export const MAX_CHUNK_TOKENS = 2000;
