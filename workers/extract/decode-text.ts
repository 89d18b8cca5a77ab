import { analyse } from 'chardet';
import type { ExtractWarning } from '../../src/domain/extracted.ts';

export interface DecodedText {
  /** Line ends are `\n`; a byte-order mark is gone. */
  readonly text: string;
  /** A name from the WHATWG encoding list, lower case. */
  readonly encoding: string;
  readonly warnings: readonly ExtractWarning[];
}

const SAMPLE_BYTES = 64 * 1024;

/**
 * Turns bytes into text: byte-order mark, then strict UTF-8, then what the file declares, then a guess from letter
 * frequencies. Text that is UTF-8 but for a few bytes stays UTF-8, with replacement characters and a warning.
 * `declared` is an encoding the file names itself, as HTML does; never throws.
 */
export function decodeText(bytes: Uint8Array, declared?: string): DecodedText {
  const mark = byteOrderMark(bytes);
  if (mark === 'utf-32le' || mark === 'utf-32be') return finish(decodeUtf32(bytes, mark), mark);
  if (mark) return finish(new TextDecoder(mark).decode(bytes), mark);
  const wide = unmarkedUtf16(bytes);
  if (wide) return finish(new TextDecoder(wide).decode(bytes), wide);
  try {
    return finish(new TextDecoder('utf-8', { fatal: true }).decode(bytes), 'utf-8');
  } catch {
    // Not UTF-8 throughout: the rest of this function decides what it is.
  }
  const { valid, broken } = countUtf8Sequences(bytes);
  if (valid > 0 && broken <= Math.max(2, valid / 4)) return finish(new TextDecoder('utf-8').decode(bytes), 'utf-8');
  const encoding = knownEncoding(declared) ?? guessEncoding(bytes);
  return finish(decodeLegacy(bytes, encoding), encoding);
}

/** Windows-1252 for the bytes 0x80 to 0x9f, which Node 20 takes for control characters. */
const WINDOWS_1252_HIGH = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

function decodeLegacy(bytes: Uint8Array, encoding: string): string {
  const text = new TextDecoder(encoding).decode(bytes);
  if (encoding !== 'windows-1252') return text;
  return text.replace(/[\x80-\x9f]/g, (control) => WINDOWS_1252_HIGH[control.charCodeAt(0) - 0x80] ?? control);
}

function finish(raw: string, encoding: string): DecodedText {
  const unmarked = raw.charCodeAt(0) === 0xfeff ? raw.slice(1) : raw;
  const text = unmarked.includes('\r') ? unmarked.replace(/\r\n?/g, '\n') : unmarked;
  return { text, encoding, warnings: text.includes('\uFFFD') ? [replacementWarning(text)] : [] };
}

function replacementWarning(text: string): ExtractWarning {
  let count = 0;
  for (let at = text.indexOf('\uFFFD'); at >= 0; at = text.indexOf('\uFFFD', at + 1)) count++;
  const places = count === 1 ? 'one place' : `${count.toLocaleString('en')} places`;
  return {
    code: 'decoded-with-replacements',
    message: `In ${places} the characters of this file could not be made out and are shown as \uFFFD. The rest was read. If names or words look wrong, save the file as UTF-8 and add it again.`,
  };
}

function byteOrderMark(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' | 'utf-32le' | 'utf-32be' | undefined {
  const [a, b, c, d] = bytes;
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 && bytes.length % 4 === 0 ? 'utf-32le' : 'utf-16le';
  if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return 'utf-32be';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  return undefined;
}

/** Latin text in UTF-16 without a mark has a zero in nearly every other byte. */
function unmarkedUtf16(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  const length = Math.min(bytes.length, 4096) & ~1;
  if (length < 8) return undefined;
  let even = 0;
  let odd = 0;
  for (let i = 0; i < length; i += 2) {
    if (bytes[i] === 0) even++;
    if (bytes[i + 1] === 0) odd++;
  }
  const pairs = length / 2;
  if (odd > pairs * 0.7 && even < pairs * 0.05) return 'utf-16le';
  if (even > pairs * 0.7 && odd < pairs * 0.05) return 'utf-16be';
  return undefined;
}

function decodeUtf32(bytes: Uint8Array, encoding: 'utf-32le' | 'utf-32be'): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: string[] = [];
  for (let i = 0; i + 4 <= bytes.length; i += 4) {
    const code = view.getUint32(i, encoding === 'utf-32le');
    parts.push(code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? '\uFFFD' : String.fromCodePoint(code));
  }
  return parts.join('');
}

/** Multi-byte sequences that are well formed, and places where the bytes are not UTF-8. */
function countUtf8Sequences(bytes: Uint8Array): { valid: number; broken: number } {
  let valid = 0;
  let broken = 0;
  for (let i = 0; i < bytes.length;) {
    const lead = bytes[i] ?? 0;
    const length =
      lead < 0x80
        ? 1
        : lead >= 0xc2 && lead < 0xe0
          ? 2
          : lead >= 0xe0 && lead < 0xf0
            ? 3
            : lead >= 0xf0 && lead < 0xf5
              ? 4
              : 0;
    let step = 1;
    while (step < length && ((bytes[i + step] ?? 0) & 0xc0) === 0x80) step++;
    if (length > 1 && step === length) valid++;
    else if (length !== 1) broken++;
    i += length === 0 ? 1 : step;
  }
  return { valid, broken };
}

function guessEncoding(bytes: Uint8Array): string {
  // The guess needs letters outside ASCII, so the sample starts at the first of them.
  let first = bytes.findIndex((byte) => byte >= 0x80);
  first = Math.max(0, first - 512);
  const sample = bytes.subarray(first, first + SAMPLE_BYTES);
  let high = 0;
  for (const byte of sample) if (byte >= 0x80) high++;
  for (const { name, confidence } of analyse(sample)) {
    const encoding = knownEncoding(name === 'ISO-8859-1' ? 'windows-1252' : name);
    if (!encoding || encoding.startsWith('utf-')) continue;
    // With a handful of letters to go by, only Western European is a safe bet.
    if (high < 8 && encoding !== 'windows-1252') continue;
    if (confidence < 10) break;
    return encoding;
  }
  return 'windows-1252';
}

function knownEncoding(label: string | undefined): string | undefined {
  if (!label) return undefined;
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return undefined; // Not a label this platform knows: as good as none.
  }
}
