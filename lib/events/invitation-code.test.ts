import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { groupedCode, newInvitationCode, readInvitationCode } from './invitation-code';

describe('the code of an invitation', () => {
  it('is read back however it was typed or pasted', () => {
    for (let n = 0; n < 50; n += 1) {
      const code = newInvitationCode();
      for (const typed of [
        code,
        groupedCode(code),
        ` ${code.toLowerCase()}\n`,
        groupedCode(code).replaceAll('-', ' '),
        code.replaceAll('0', 'o').replaceAll('1', 'l'),
        `https://localhost:8443/join#s=${code}`,
      ]) {
        expect(readInvitationCode(typed)).toBe(code);
      }
    }
    expect(groupedCode('0123456789ABCDEFGHJK')).toBe('01234-56789-ABCDE-FGHJK');
  });

  it.each([
    '',
    'x',
    '0123456789ABCDEFGHJ',
    '0123456789ABCDEFGHJKM',
    '0123456789ABCDEFGHJU',
    'x'.repeat(5000),
  ])('is none in %j', (text) => {
    expect(readInvitationCode(text)).toBeNull();
  });

  it('is a code or none, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 600 }), (text) => {
        const code = readInvitationCode(text);
        expect(code === null || /^[0-9A-HJKMNP-TV-Z]{20}$/.test(code)).toBe(true);
      }),
    );
  });
});
