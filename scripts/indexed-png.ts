import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const PALETTE_SIZE = 256;
const TRUE_COLOUR = 2;
const TRUE_COLOUR_WITH_ALPHA = 6;
/** Colours that share these many leading bits in each channel count as one when the palette is chosen. */
const BUCKET_BITS = 6;

/**
 * The same picture with at most 256 colours, which suits an interface: a third of the bytes and no visible loss. Takes
 * what a browser's screenshot is: 8 bits per channel, not interlaced, opaque. Format: PNG, third edition (W3C).
 */
export function indexedPng(png: Buffer): Buffer {
  const { width, height, pixels } = decode(png);
  const counts = new Map<number, number>();
  for (const colour of pixels) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const palette = choosePalette(counts);
  const indexOf = new Map([...counts.keys()].map((colour) => [colour, nearest(palette, colour)]));

  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) {
    // Each row opens with its filter: 0, none, which is best for palettes.
    for (let x = 0; x < width; x++) rows[y * (width + 1) + 1 + x] = indexOf.get(pixels[y * width + x] ?? 0) ?? 0;
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  const paletteBytes = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', paletteBytes),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function decode(png: Buffer): { readonly width: number; readonly height: number; readonly pixels: Uint32Array } {
  if (!png.subarray(0, 8).equals(SIGNATURE)) throw new Error('This is not a PNG.');
  const width = png.readUInt32BE(16);
  const height = png.readUInt32BE(20);
  const [depth, colourType, , , interlace] = png.subarray(24, 29);
  if (depth !== 8 || interlace !== 0) throw new Error('Only 8 bits per channel without interlacing are read.');
  if (colourType !== TRUE_COLOUR && colourType !== TRUE_COLOUR_WITH_ALPHA) throw new Error('Only true colour is read.');
  const bytesPerPixel = colourType === TRUE_COLOUR ? 3 : 4;
  const data: Buffer[] = [];
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') data.push(png.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  const bytes = unfiltered(inflateSync(Buffer.concat(data)), width * bytesPerPixel, height, bytesPerPixel);
  const pixels = new Uint32Array(width * height);
  for (let i = 0; i < pixels.length; i++) pixels[i] = bytes.readUIntBE(i * bytesPerPixel, 3);
  return { width, height, pixels };
}

/** Takes back the filter of each row (PNG, 9.2). */
function unfiltered(filtered: Buffer, rowBytes: number, height: number, bytesPerPixel: number): Buffer {
  const bytes = Buffer.alloc(rowBytes * height);
  for (let y = 0; y < height; y++) {
    const filter = filtered[y * (rowBytes + 1)];
    for (let x = 0; x < rowBytes; x++) {
      const at = y * rowBytes + x;
      const left = x < bytesPerPixel ? 0 : (bytes[at - bytesPerPixel] ?? 0);
      const up = y === 0 ? 0 : (bytes[at - rowBytes] ?? 0);
      const corner = x < bytesPerPixel || y === 0 ? 0 : (bytes[at - rowBytes - bytesPerPixel] ?? 0);
      bytes[at] = (filtered[y * (rowBytes + 1) + 1 + x] ?? 0) + predicted(filter, left, up, corner);
    }
  }
  return bytes;
}

function predicted(filter: number | undefined, left: number, up: number, corner: number): number {
  switch (filter) {
    case 0:
      return 0;
    case 1:
      return left;
    case 2:
      return up;
    case 3:
      return (left + up) >> 1;
    case 4:
      return paeth(left, up, corner);
    default:
      throw new Error('A row of this PNG names a filter that does not exist.');
  }
}

function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner;
  const toLeft = Math.abs(estimate - left);
  const toUp = Math.abs(estimate - up);
  const toCorner = Math.abs(estimate - corner);
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

/** The most frequent colours; of colours that hardly differ only the most frequent one. */
function choosePalette(counts: ReadonlyMap<number, number>): readonly number[] {
  const byCount = [...counts].sort(([a, countA], [b, countB]) => countB - countA || a - b);
  if (byCount.length <= PALETTE_SIZE) return byCount.map(([colour]) => colour);
  const mask = 0xff & ~((1 << (8 - BUCKET_BITS)) - 1);
  const buckets = new Map<number, { readonly colour: number; count: number }>();
  for (const [colour, count] of byCount) {
    const key = colour & ((mask << 16) | (mask << 8) | mask);
    const bucket = buckets.get(key);
    if (bucket === undefined) buckets.set(key, { colour, count });
    else bucket.count += count;
  }
  const ranked = [...buckets.values()].sort((a, b) => b.count - a.count || a.colour - b.colour);
  return ranked.slice(0, PALETTE_SIZE).map(({ colour }) => colour);
}

function nearest(palette: readonly number[], colour: number): number {
  let best = 0;
  let bestDistance = Infinity;
  palette.forEach((candidate, index) => {
    const red = (candidate >> 16) - (colour >> 16);
    const green = ((candidate >> 8) & 255) - ((colour >> 8) & 255);
    const blue = (candidate & 255) - (colour & 255);
    const distance = red * red + green * green + blue * blue;
    if (distance < bestDistance) [best, bestDistance] = [index, distance];
  });
  return best;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(body.length + 8);
  frame.writeUInt32BE(data.length, 0);
  frame.set(body, 4);
  frame.writeUInt32BE(crc32(body), 4 + body.length);
  return frame;
}
