import { describe, expect, it } from 'vitest';

import type { CertificatePlan } from './certificate-plan';
import { buildCertificateTbs } from './certificate-tbs';
import { readDer, toHex } from './der';
import { findFaults } from './lint';
import { testChain, testKey, testPlan, testSign } from './testing/throwaway-ca';

const NOW = new Date('2026-11-23T12:00:00Z');
const chain = testChain('p-384', 'p-256', NOW);
const spki = testKey('p-256').spki;
const plan = (days: number, more: Partial<CertificatePlan> = {}): CertificatePlan =>
  testPlan(
    { kind: 'ocsp', commonName: 'OCSP responder', spki, pointers: {}, ...more },
    chain.signing,
    NOW,
    days,
  );

describe("a responder's certificate", () => {
  it('may answer for its CA, is checked by nobody, and holds no more', () => {
    const planned = plan(30);
    expect(findFaults(buildCertificateTbs(planned), planned)).toEqual([]);
    const { der } = testSign(planned, chain.signing.key.privateKey);
    const extensions = readDer(der).children[0]?.children[7]?.children[0]?.children ?? [];
    expect(extensions.map(({ bytes }) => toHex(bytes)).slice(2)).toEqual([
      '300c0603551d130101ff04023000', // basicConstraints, critical, CA false
      '300e0603551d0f0101ff040403020780', // keyUsage, critical, digitalSignature
      '30130603551d25040c300a06082b06010505070309', // id-kp-OCSPSigning
      '300f06092b060105050730010504020500', // id-pkix-ocsp-nocheck, NULL
    ]);
  });

  it.each([
    [30, true],
    [31, false],
  ])('of %i days: %s', (days, good) => {
    const planned = plan(days);
    const faults = findFaults(buildCertificateTbs(planned), planned);
    if (good) expect(faults).toEqual([]);
    else expect(faults).toEqual(['It would live longer than 30 days.']);
  });

  it.each([
    ['a CRL pointer', { pointers: { crlUrl: 'http://localhost/crl/signing-ca.crl' } }, /no CRL pointer/],
    ['an OCSP pointer', { pointers: { ocspUrl: 'http://localhost/ocsp' } }, /no such authority information/],
    ['an address', { san: { emails: ['a@b.cl'], dnsNames: [], ipAddresses: [] } }, /does not allow/],
  ])('is refused with %s', (_name, more, finding) => {
    const planned = plan(30, more);
    expect(findFaults(buildCertificateTbs(planned), planned).join(' ')).toMatch(finding);
  });

  it('is not what people and servers get', () => {
    for (const kind of ['user', 'server'] as const) {
      const planned = plan(30, { kind });
      const faults = findFaults(buildCertificateTbs(plan(30)), { ...planned, serial: planned.serial });
      expect(faults.join(' ')).toMatch(/extended key usage|not in the profile/);
    }
  });
});
