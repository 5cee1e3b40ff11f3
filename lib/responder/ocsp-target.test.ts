import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { isOcspTarget, requestInTarget } from './ocsp-target';

describe('the address of a GET', () => {
  // 0x30 first, and enough of the rest to give every character of base64, `//` and `++` among them.
  const bytes = Uint8Array.from([0x30, 0xff, 0xff, 0xff, 0xfb, 0xef, 0xbe, 0x00, 0x10, 0x83]);
  const base64 = Buffer.from(bytes).toString('base64');
  const lowerCase = (text: string) => text.replace(/%../g, (one) => one.toLowerCase());

  it.each([
    ['as it is', `/ocsp/${base64}`],
    ['percent-encoded', `/ocsp/${encodeURIComponent(base64)}`],
    ['percent-encoded in lower case', `/ocsp/${lowerCase(encodeURIComponent(base64))}`],
    ['behind a second slash', `/ocsp//${base64}`],
    ['behind an encoded slash', `/ocsp/%2F${encodeURIComponent(base64)}`],
    ['without padding', `/ocsp/${base64.replace(/=+$/, '')}`],
    ['with a query', `/ocsp/${base64}?x=1`],
  ])('%s', (_name, target) => {
    expect(isOcspTarget(target)).toBe(true);
    expect(new Uint8Array(requestInTarget(target) ?? [])).toEqual(bytes);
  });

  it.each([
    '/ocsp',
    '/ocsp/',
    '/ocsp/%',
    '/ocsp/%zz',
    '/ocsp/a b',
    '/ocsp/a-b',
    '/ocsp/a.b',
    '/ocsp/%00',
    '/ocsp/====',
  ])('%s holds no request', (target) => {
    expect(requestInTarget(target)).toBeNull();
  });

  it.each(['/', '/ocspx', '/ocs', '/OCSP', '//ocsp', '/x/ocsp', '/ca?/ocsp'])(
    '%s is another place',
    (target) => {
      expect(isOcspTarget(target)).toBe(false);
    },
  );

  it('gives back whatever was put into it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.boolean(), (rest, encode) => {
        const whole = Uint8Array.from([0x30, ...rest]);
        const written = Buffer.from(whole).toString('base64');
        const target = `/ocsp/${encode ? encodeURIComponent(written) : written}`;
        expect(new Uint8Array(requestInTarget(target) ?? [])).toEqual(whole);
      }),
    );
  });

  it('never throws, whatever stands there', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (rest) => {
        requestInTarget(`/ocsp/${rest}`);
      }),
    );
  });
});
