import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  formatRecoveryCode,
  newRecoverySecret,
  readRecoveryCode,
  RECOVERY_CODE_BITS,
} from '../../../../src/platform/crypto/recovery-code.ts';

describe('a recovery code', () => {
  it('reads back to its 160 bits', async () => {
    expect(RECOVERY_CODE_BITS).toBe(160);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 20, maxLength: 20 }), async (secret) => {
        const code = await formatRecoveryCode(secret);
        expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){8}[0-9A-HJKMNP-TV-Z]{4}$/);
        expect(await readRecoveryCode(code)).toEqual({ kind: 'read', secret: Uint8Array.from(secret) });
      }),
    );
  });

  it('is written in Crockford’s base 32, most significant bits first', async () => {
    const secret = new Uint8Array(20);
    secret.set([0x00, 0x44, 0x32, 0x14, 0xc7], 0); // 00000 00001 00010 00011 00100 00101 00110 00111
    secret.set([0xff, 0xff, 0xff, 0xff, 0xff], 15);
    expect((await formatRecoveryCode(secret)).slice(0, 39)).toBe('0123-4567-0000-0000-0000-0000-ZZZZ-ZZZZ');
  });

  it('is read in any case, with or without hyphens, with spaces, with O for 0 and I or L for 1', async () => {
    const secret = new Uint8Array(20).fill(0x04); // digits 0, G, 2, 1, …: has both 0 and 1
    const code = await formatRecoveryCode(secret);
    expect(code).toMatch(/0/);
    expect(code).toMatch(/1/);
    const spellings = [
      code.toLowerCase(),
      code.replaceAll('-', ''),
      code.replaceAll('-', ' '),
      ` ${code.replaceAll('-', ' – ')}\n`,
      code.replaceAll('0', 'O').replaceAll('1', 'I'),
      code.replaceAll('0', 'o').replaceAll('1', 'l'),
    ];
    for (const spelling of spellings) expect(await readRecoveryCode(spelling)).toEqual({ kind: 'read', secret });
  });

  it('tells any single wrong digit from a wrong code', async () => {
    const code = (await formatRecoveryCode(newRecoverySecret())).replaceAll('-', '');
    for (let i = 0; i < code.length; i++) {
      const wrong = code[i] === 'Z' ? 'Y' : 'Z';
      expect(await readRecoveryCode(code.slice(0, i) + wrong + code.slice(i + 1))).toEqual({ kind: 'mistyped' });
    }
  });

  it.each(['', 'ABCD', 'U'.repeat(36), '0'.repeat(35), '0'.repeat(37), '💥'.repeat(18)])(
    'calls %j mistyped',
    async (typed) => {
      expect(await readRecoveryCode(typed)).toEqual({ kind: 'mistyped' });
    },
  );

  it('is different every time', () => {
    const secrets = new Set(Array.from({ length: 100 }, () => Buffer.from(newRecoverySecret()).toString('hex')));
    expect(secrets.size).toBe(100);
  });
});
