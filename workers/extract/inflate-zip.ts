import { Unzip, UnzipInflate } from 'fflate';
import { damaged, ExtractFailure, limitExceeded } from './extract-failure.ts';
import type { ExtractLimits } from './limits.ts';

/** Deflate grows at most about a thousandfold, so one step unpacks to 16 MiB at worst before it is counted. */
const STEP_BYTES = 16 * 1024;

/**
 * Inflates a ZIP piece by piece, counting what comes out: entries, bytes of each and of all, and bytes out per
 * byte in. What an archive says about its sizes is not believed. Archives inside are never opened. Returns the
 * parts `isWanted` names; the others are counted and dropped. Throws `ExtractFailure`.
 */
export function inflateZip(
  bytes: Uint8Array,
  limits: ExtractLimits,
  isWanted: (name: string) => boolean,
): Map<string, Uint8Array> {
  if (!hasDirectory(bytes)) throw damaged('It ends before its table of contents.');
  const parts = new Map<string, Uint8Array>();
  const names = new Set<string>();
  let entries = 0;
  let total = 0;
  const unzip = new Unzip((file) => {
    if (++entries > limits.zipEntries) throw limitExceeded(`more than ${limits.zipEntries.toLocaleString('en')} parts`);
    if (names.has(file.name)) throw damaged('It contains the same part twice.');
    names.add(file.name);
    if (file.name.endsWith('/')) return;
    const pieces: Uint8Array[] = [];
    let size = 0;
    const wanted = isWanted(file.name);
    file.ondata = (error, data, final) => {
      // What is thrown below comes back here: the library catches around this call.
      if (error) throw error instanceof ExtractFailure ? error : damaged('One of its parts cannot be unpacked.', error);
      size += data.length;
      total += data.length;
      if (size > limits.zipEntryBytes) throw limitExceeded('a part that unpacks to an enormous size');
      if (total > limits.zipTotalBytes) throw limitExceeded('contents that unpack to an enormous size');
      if (total > limits.zipRatioFreeBytes && total > bytes.length * limits.zipRatio) {
        throw limitExceeded(`contents that unpack to more than ${limits.zipRatio} times their size`);
      }
      if (!wanted) return;
      pieces.push(data);
      if (final) parts.set(file.name, joined(pieces, size));
    };
    file.start();
  });
  unzip.register(UnzipInflate);
  for (let at = 0; at < bytes.length; at += STEP_BYTES) {
    unzip.push(bytes.subarray(at, at + STEP_BYTES), at + STEP_BYTES >= bytes.length);
  }
  if (entries === 0) throw damaged('There is nothing in it that can be unpacked.');
  return parts;
}

/** The end-of-directory record stands in the last 64 KiB (and 22 bytes) of a whole ZIP. */
function hasDirectory(bytes: Uint8Array): boolean {
  for (let at = bytes.length - 22; at >= Math.max(0, bytes.length - 22 - 65_535); at--) {
    if (bytes[at] === 0x50 && bytes[at + 1] === 0x4b && bytes[at + 2] === 5 && bytes[at + 3] === 6) return true;
  }
  return false;
}

function joined(pieces: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
