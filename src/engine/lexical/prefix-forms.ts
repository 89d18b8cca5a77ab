import type { DictionaryReader, FoundList } from './dictionary-reader.ts';
import { formOfKey } from './term-key.ts';

/** More forms than this are too many to mean something: the most frequent are taken. */
const MAX_FORMS = 256;
const ENCODER = new TextEncoder();

/**
 * The forms in a segment that begin with `prefix` (folded). A form and its stem agree in their beginnings only as far
 * as stemmers leave them alone, which is taken to be two characters.
 */
export function prefixForms(reader: DictionaryReader, prefix: string): FoundList[] {
  const common = ENCODER.encode([...prefix].slice(0, 2).join(''));
  const found: FoundList[] = [];
  if (reader.segment.termCount === 0 || !reader.seek(common)) return found;
  while (reader.startsWith(common)) {
    if (formOfKey(reader.keyText()).startsWith(prefix)) found.push({ ...reader.list(), form: undefined, exactGain: 0 });
    if (!reader.next()) break;
  }
  if (found.length <= MAX_FORMS) return found;
  return found.sort((a, b) => b.count - a.count).slice(0, MAX_FORMS);
}
