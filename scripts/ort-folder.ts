import { createRequire } from 'node:module';
import { dirname } from 'node:path';

/** Folder of the onnxruntime-web that transformers.js itself would load, wherever npm has put it. */
export function ortFolder(): string {
  const transformers = createRequire(import.meta.url).resolve('@huggingface/transformers');
  return dirname(createRequire(transformers).resolve('onnxruntime-web'));
}
