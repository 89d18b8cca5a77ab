import type { DictionaryReader, FoundList } from './dictionary-reader.ts';
import { DROP_BASE, formOfKey, MARK_BYTE } from './term-key.ts';

/** More forms than this are too many to mean something: the most frequent are taken. */
const MAX_FORMS = 256;
const ENCODER = new TextEncoder();

/**
 * The forms in a segment that begin with `prefix` (folded). A form and its stem agree in their beginnings only as far
 * as stemmers leave them alone, which is taken to be two characters.
 */
export function prefixForms(reader: DictionaryReader, prefix: string): FoundList[] {
  const common = ENCODER.encode([...prefix].slice(0, 2).join(''));
  const bytes = ENCODER.encode(prefix);
  const found: FoundList[] = [];
  if (reader.segment.termCount === 0 || !reader.seek(common)) return found;
  while (reader.startsWith(common)) {
    if (mayBegin(reader, bytes) && formOfKey(reader.keyText()).startsWith(prefix)) {
      found.push({ ...reader.list(), typed: -1 });
    }
    if (!reader.next()) break;
  }
  if (found.length <= MAX_FORMS) return found;
  return found.sort((a, b) => b.count - a.count).slice(0, MAX_FORMS);
}

/** False where the bytes of a key alone show that its form does not begin with `bytes`: most keys need no decoding. */
function mayBegin({ key, keyLength }: DictionaryReader, bytes: Uint8Array): boolean {
  let at = 0;
  while (at < bytes.length && at < keyLength && key[at] === bytes[at]) at++;
  if (at === bytes.length || at === keyLength) return true;
  let mark = at;
  while (mark < keyLength && key[mark] !== MARK_BYTE) mark++;
  if (mark === keyLength) return false;
  const drop = key[mark + 1] ?? 0;
  // A dropped UTF-16 code unit takes three bytes at most; a number of two bytes is left to decoding.
  return drop > 0x7f || at >= mark - 3 * (drop - DROP_BASE);
}
