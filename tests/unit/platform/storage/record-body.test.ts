import fc from 'fast-check';
import { deflateSync } from 'fflate';
import { describe, expect, it } from 'vitest';

import { BodyReader, encodeBody, paddedLength } from '../../../../src/platform/storage/record-body.ts';
import { randomBytes } from '../../../../src/platform/crypto/bytes.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** Puts a body together from two pieces that come in the wrong order. */
async function decodeBody(body: Uint8Array): Promise<Uint8Array> {
  const cut = Math.min(body.length, 64);
  const pieces = [body.slice(0, cut), body.slice(cut)] as const;
  const reader = new BodyReader(body.length, pieces[0]);
  reader.take(pieces[1], cut);
  reader.take(pieces[0], 0);
  return reader.finish();
}

describe('a record’s body', () => {
  it('gives the value back, whatever it is', async () => {
    const values = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.string({ maxLength: 3000 }).map(text));
    await fc.assert(
      fc.asyncProperty(values, async (value) => {
        expect(await decodeBody(await encodeBody(value))).toEqual(Uint8Array.from(value));
      }),
    );
  });

  it.each([0, 1, 58, 59, 60, 127, 128, 4091, 4092, 32 * 1024, 32 * 1024 + 1, 300_000])(
    'gives back %i bytes of text and of noise',
    async (length) => {
      const words = text('The passage says where it stands. '.repeat(length / 30 + 1)).slice(0, length);
      expect(await decodeBody(await encodeBody(words))).toEqual(words);
      const noise = Uint8Array.from({ length }, () => 0);
      for (let i = 0; i < length; i += 65536) noise.set(randomBytes(Math.min(65536, length - i)), i);
      const body = await encodeBody(noise);
      expect(body[0]).toBe(0);
      expect(Buffer.compare(await decodeBody(body), noise)).toBe(0);
    },
  );

  it('is compressed where that makes it smaller, small or large', async () => {
    for (const length of [1000, 30_000, 1_000_000]) {
      const words = text('alpha beta gamma delta epsilon '.repeat(length / 31));
      const body = await encodeBody(words);
      expect(body[0]).toBe(1);
      expect(body.length).toBeLessThan(words.length / 4);
    }
  });

  it.each([256 * 1024 - 1, 256 * 1024, 256 * 1024 + 1, 900_000])(
    'is inflated where few bytes become %i, compressed or merely framed',
    async (length) => {
      const letters = new Uint8Array(length).fill(97);
      const bodyOf = (content: Uint8Array): Uint8Array => {
        const body = new Uint8Array(5 + content.length);
        body[0] = 1;
        new DataView(body.buffer).setUint32(1, content.length);
        body.set(content, 5);
        return body;
      };
      for (const level of [0, 9] as const) {
        const inflated = await decodeBody(bodyOf(deflateSync(letters, { level })));
        expect(Buffer.compare(inflated, letters)).toBe(0);
      }
      // What was there before is not seen by those after.
      expect(await decodeBody(bodyOf(deflateSync(text('short'))))).toEqual(text('short'));
    },
  );

  it('hides a small value’s length in steps of 64 bytes', async () => {
    const lengths = new Set<number>();
    for (let length = 0; length <= 123; length++)
      lengths.add((await encodeBody(new Uint8Array(length).fill(1))).length);
    expect([...lengths].sort((left, right) => left - right)).toEqual([64, 128]);
  });

  it('is rejected when it is not one', async () => {
    const wrong = [
      new Uint8Array(0),
      new Uint8Array([0, 0, 0, 0]),
      new Uint8Array([0, 0, 0, 0, 1]),
      new Uint8Array([2, 0, 0, 0, 1, 9]),
      new Uint8Array([1, 0, 0, 0, 3, 255, 255, 255]),
    ];
    for (const body of wrong) await expect(decodeBody(body)).rejects.toMatchObject({ name: 'EnvelopeRejectedError' });
  });
});

describe('paddedLength', () => {
  it('never shrinks, is stable, and costs at most 12 % above 4 KiB', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 }), (length) => {
        const padded = paddedLength(length);
        expect(padded).toBeGreaterThanOrEqual(length);
        expect(paddedLength(padded)).toBe(padded);
        if (length > 4096) expect(padded / length).toBeLessThanOrEqual(1.12);
        else expect(padded % 64).toBe(0);
      }),
    );
  });

  it('is Padmé’s for the values worked out by hand', () => {
    // E = floor(log2 L), S = floor(log2 E) + 1, last E − S bits zero: 5000 → E 12, S 4 → multiples of 256.
    expect(paddedLength(5000)).toBe(5120);
    // 1,000,000 → E 19, S 5 → multiples of 16,384.
    expect(paddedLength(1_000_000)).toBe(62 * 16_384);
  });

  it('is kept as it is when asked, and read the same', async () => {
    const words = new TextEncoder().encode('the same words again and again '.repeat(2000));
    const body = await encodeBody(words, 'never');
    expect(body.length).toBeGreaterThan(words.length);
    expect(await decodeBody(body)).toEqual(words);
  });
});
