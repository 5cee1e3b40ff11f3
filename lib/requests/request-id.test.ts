import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { OrderId } from '../wire/order';
import { hashSecret, newPickupSecret, newRequestId, readRequestId, secretMatches } from './request-id';

const bytes = fc.uint8Array({ minLength: 5, maxLength: 5 });

describe('request ids', () => {
  it.each([
    [[0, 0, 0, 0, 0], 'R-00000000'],
    [[255, 255, 255, 255, 255], 'R-ZZZZZZZZ'],
    [[0x08, 0x42, 0x10, 0x84, 0x21], 'R-11111111'],
  ])('%j is %s', (random, id) => {
    expect(newRequestId(Uint8Array.from(random))).toBe(id);
  });

  it('are what the signer takes, different for different bytes', () => {
    fc.assert(
      fc.property(bytes, bytes, (one, other) => {
        const id = newRequestId(one);
        expect(OrderId.safeParse(id).success).toBe(true);
        expect(id === newRequestId(other)).toBe(Buffer.from(one).equals(Buffer.from(other)));
      }),
    );
  });

  it('are read in any case, with blanks, and with the letters that are mistaken for digits', () => {
    fc.assert(
      fc.property(bytes, fc.boolean(), (random, prefixed) => {
        const id = newRequestId(random);
        const typed = (prefixed ? id : id.slice(2)).toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l');
        expect(readRequestId(` ${typed.slice(0, 4)} ${typed.slice(4)} `)).toBe(id);
      }),
    );
  });

  it('never come out of other text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        const id = readRequestId(text);
        expect(id === null || /^R-[0-9A-HJKMNP-TV-Z]{8}$/.test(id)).toBe(true);
      }),
    );
  });

  it('take five bytes, or it is a bug', () => {
    expect(() => newRequestId(new Uint8Array(4))).toThrow(RangeError);
  });
});

describe('pick-up secrets', () => {
  it('open by themselves only', () => {
    const secret = newPickupSecret();
    expect(secretMatches(secret, hashSecret(secret))).toBe(true);
    fc.assert(
      fc.property(fc.string(), (other) => {
        expect(secretMatches(other, hashSecret(secret))).toBe(other === secret);
      }),
    );
    expect(secretMatches(secret, 'not a hash')).toBe(false);
  });
});
