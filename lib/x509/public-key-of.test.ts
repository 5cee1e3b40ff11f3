import { createPublicKey, generateKeyPairSync } from 'node:crypto';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { HubgateError } from '../errors';
import { toPem } from './pem';
import { publicKeyOf } from './public-key-of';
import { makeCsr } from './testing/csr-maker';
import { testChain } from './testing/throwaway-ca';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
const spki = new Uint8Array(createPublicKey(privateKey).export({ type: 'spki', format: 'der' }));
const csr = makeCsr({ privateKey });
const { signing } = testChain('p-256', 'p-256', new Date());

describe('the public key of a file', () => {
  // A key of 1024 bits, which intake refuses: it can be named all the same.
  it.each([
    ['a CSR', csr, spki],
    ['a CSR in PEM', text(`Hello,\n${toPem('CERTIFICATE REQUEST', csr)}`), spki],
    ['a certificate', signing.certificate.der, signing.key.spki],
    ['a certificate in PEM', text(toPem('CERTIFICATE', signing.certificate.der)), signing.key.spki],
    ['a public key', spki, spki],
    ['a public key in PEM', text(toPem('PUBLIC KEY', spki)), spki],
  ])('%s', (_what, bytes, expected) => expect(publicKeyOf(bytes)).toEqual(expected));

  it.each([
    ['a private key', text(String(privateKey.export({ type: 'pkcs8', format: 'pem' }))), 'csr.private-key'],
    ['a CSR that is cut off', csr.subarray(0, -1), 'csr.malformed'],
    ['text', text('hello'), 'csr.malformed'],
    ['nothing', new Uint8Array(), 'csr.malformed'],
    [
      'PEM that is no base64',
      text('-----BEGIN PUBLIC KEY-----\n!\n-----END PUBLIC KEY-----\n'),
      'csr.malformed',
    ],
  ])('is not found in %s', (_what, bytes, code) =>
    expect(() => publicKeyOf(bytes)).toThrow(expect.objectContaining({ code })),
  );

  it('is found or not, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          publicKeyOf(bytes);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(HubgateError);
        }
      }),
    );
  });
});
