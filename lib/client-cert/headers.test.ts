import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { toPem } from '../x509/pem';
import { testChain } from '../x509/testing/throwaway-ca';
import { failureReason } from './failure-reason';
import { frontTrust } from './front-trust';
import { decodeForwardedPem, decodeRfc9440, readFrontReport } from './headers';

const { der } = testChain('p-256', 'p-256', new Date()).signing.certificate;
const pem = toPem('CERTIFICATE', der).trim();
const base64 = Buffer.from(der).toString('base64');
const bytes = (value: Uint8Array | null) => (value === null ? null : Buffer.from(value).toString('base64'));

describe('a forwarded certificate', () => {
  it.each([
    ["Apache's one line", pem.replaceAll('\n', ' ')],
    ["nginx's escaped form", encodeURIComponent(`${pem}\n`)],
    ["nginx's tabs", pem.replaceAll('\n', '\n\t')],
    ['bare base64', base64],
    ['PEM as it is', pem],
  ])('is read from %s', (_form, value) => {
    expect(bytes(decodeForwardedPem(value))).toBe(base64);
  });

  it('is read from RFC 9440', () => {
    expect(bytes(decodeRfc9440(`:${base64}:`))).toBe(base64);
    expect(decodeRfc9440(base64)).toBeNull();
    expect(decodeRfc9440(`:${base64}`)).toBeNull();
  });

  it.each([
    '',
    '(null)',
    '%',
    '%zz',
    '-----BEGIN CERTIFICATE-----',
    'not a certificate!',
    'A'.repeat(40_000),
  ])('is not read from %j', (value) => {
    expect(decodeForwardedPem(value)).toBeNull();
  });

  it('never throws, whatever a stranger sends', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 300, unit: 'binary' }),
        fc.string({ maxLength: 60 }),
        (cert, verify) => {
          const report = readFrontReport(
            new Map([
              ['x-ssl-client-cert', cert],
              ['x-ssl-client-verify', verify],
              ['client-cert', cert],
            ]) as never,
          );
          expect(report.verdict === 'SUCCESS').toBe(verify.trim() === 'SUCCESS');
        },
      ),
    );
  });

  it('survives every form of writing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 2000 }), (raw) => {
        const text = toPem('CERTIFICATE', raw).trim();
        const expected = Buffer.from(raw).toString('base64');
        expect(bytes(decodeForwardedPem(text.replaceAll('\n', ' ')))).toBe(expected);
        expect(bytes(decodeForwardedPem(encodeURIComponent(text)))).toBe(expected);
        expect(bytes(decodeRfc9440(`:${expected}:`))).toBe(expected);
      }),
    );
  });
});

describe('the front', () => {
  const secret = 'a'.repeat(64);
  it.each([
    [{ 'x-hubgate-transport': 'unix' }, 'socket'],
    [{ 'x-hubgate-transport': 'tcp', 'x-hubgate-front': secret }, 'secret'],
    [{ 'x-hubgate-transport': 'tcp', 'x-hubgate-front': 'wrong' }, null],
    [{ 'x-hubgate-transport': 'tcp', 'x-hubgate-front': '' }, null],
    [{ 'x-hubgate-transport': 'tcp' }, null],
    [{}, null],
  ])('%j is trusted by %s', (headers, trust) => {
    expect(frontTrust(new Headers(headers), secret)).toBe(trust);
  });

  it('is never trusted by an empty secret', () => {
    expect(frontTrust(new Headers({ 'x-hubgate-front': '' }), '')).toBeNull();
  });

  it.each([
    ['certificate has expired', 'expired'],
    ['CERT_HAS_EXPIRED', 'expired'],
    ['certificate is not yet valid', 'not-yet-valid'],
    ['unable to get local issuer certificate', 'unknown-issuer'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'unknown-issuer'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unknown-issuer'],
    ['revoked', 'revoked'],
    ['certificate revoked', 'revoked'],
    ['something new', 'unknown-issuer'],
  ])('its words %j mean %s', (words, code) => {
    expect(failureReason(words).code).toBe(code);
  });
});
