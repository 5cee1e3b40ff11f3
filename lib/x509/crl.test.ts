import { execFileSync } from 'node:child_process';
import { sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { assembleSigned } from './assemble';
import { buildCrlTbs, isCrlSignedBy, parseCrl } from './crl';
import { findCrlFaults, lintCrlTbs } from './crl-lint';
import type { CrlPlan } from './crl-plan';
import { takeTbs } from './lint';
import { certsOnly } from './pkcs7';
import { digestOf, signatureAlgorithmFor } from './signature-algorithm';
import { readSpki } from './key-info';
import { testChain, type TestCa, testKey, testPlan, testSign } from './testing/throwaway-ca';

const folder = mkdtempSync(join(tmpdir(), 'hubgate-crl-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const NOW = new Date(Math.floor(Date.now() / 1000) * 1000);
const DAY = 86_400_000;
const run = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { encoding: 'utf8', cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });

const crlPlan = (ca: TestCa, revoked: CrlPlan['revoked'] = []): CrlPlan => ({
  issuer: ca.certificate.subjectDer,
  issuerKeyId: ca.certificate.subjectKeyId ?? '',
  crlNumber: 300,
  thisUpdate: NOW,
  nextUpdate: new Date(NOW.getTime() + 30 * DAY),
  revoked,
  signatureAlgorithm: signatureAlgorithmFor(readSpki(ca.key.spki)),
});

function signCrl(plan: CrlPlan, ca: TestCa): Uint8Array {
  const tbs = takeTbs(lintCrlTbs(buildCrlTbs(plan), plan));
  const signature = sign(digestOf(plan.signatureAlgorithm), tbs, ca.key.privateKey);
  return assembleSigned(tbs, plan.signatureAlgorithm, signature);
}

const pem = (der: Uint8Array, label: string): string =>
  `-----BEGIN ${label}-----\n${Buffer.from(der)
    .toString('base64')
    .replace(/(.{64})/g, '$1\n')}\n-----END ${label}-----\n`;

describe.each([
  ['rsa-3072', 'rsa-3072'],
  ['p-384', 'p-256'],
] as const)('a CRL under %s and %s', (rootType, signingType) => {
  const chain = testChain(rootType, signingType, NOW);
  const plan = testPlan(
    { kind: 'user', commonName: 'alice', spki: testKey('p-256').spki },
    chain.signing,
    NOW,
  );
  const alice = testSign(plan, chain.signing.key.privateKey);
  const revoked = [
    { serial: alice.serial, revokedAt: NOW, reason: 'keyCompromise' },
    { serial: 'ff00112233445566778899aabbccddee00112233', revokedAt: NOW, reason: 'unspecified' },
  ] as const;

  it('makes OpenSSL and GnuTLS refuse exactly the revoked certificate', () => {
    writeFileSync(join(folder, 'root.pem'), chain.root.certificate.pem);
    writeFileSync(join(folder, 'signing.pem'), chain.signing.certificate.pem);
    writeFileSync(join(folder, 'alice.pem'), alice.pem);
    const verify = (signingRevoked: CrlPlan['revoked']) => {
      const crls = [
        signCrl(crlPlan(chain.signing, signingRevoked), chain.signing),
        signCrl(crlPlan(chain.root), chain.root),
      ];
      writeFileSync(join(folder, 'crls.pem'), crls.map((der) => pem(der, 'X509 CRL')).join(''));
      return run(
        'openssl',
        'verify',
        '-x509_strict',
        '-crl_check_all',
        '-CAfile',
        'root.pem',
        '-untrusted',
        'signing.pem',
        '-CRLfile',
        'crls.pem',
        'alice.pem',
      );
    };
    expect(verify([])).toContain('alice.pem: OK');
    expect(() => verify(revoked)).toThrow(/certificate revoked/);

    writeFileSync(join(folder, 'one.crl'), signCrl(crlPlan(chain.signing, revoked), chain.signing));
    const told = run('certtool', '--crl-info', '--inder', '--infile', 'one.crl');
    expect(told).toMatch(/CRL Number.*012c/);
    expect(told).toContain('Serial Number (hex): 00ff00112233445566778899aabbccddee00112233');
  });

  it('is read again as it was planned, and belongs to its CA only', () => {
    const der = signCrl(crlPlan(chain.signing, revoked), chain.signing);
    expect(parseCrl(der)).toMatchObject({
      issuer: chain.signing.certificate.subject,
      crlNumber: 300,
      thisUpdate: NOW,
      nextUpdate: new Date(NOW.getTime() + 30 * DAY),
      revoked,
    });
    expect(isCrlSignedBy(der, chain.signing.certificate)).toBe(true);
    expect(isCrlSignedBy(der, chain.root.certificate)).toBe(false);
    const changed = Uint8Array.from(der);
    changed[changed.length - 1] = (changed[changed.length - 1] ?? 0) ^ 1;
    expect(isCrlSignedBy(changed, chain.signing.certificate)).toBe(false);
  });

  it('is not signed when it differs from its plan', () => {
    const good = crlPlan(chain.signing, revoked);
    const wrong: [CrlPlan, RegExp][] = [
      [{ ...good, crlNumber: 299 }, /CRL number/],
      [{ ...good, issuer: chain.root.certificate.subjectDer }, /issuer/],
      [{ ...good, issuerKeyId: '0'.repeat(40) }, /authority key/],
      [{ ...good, nextUpdate: new Date(NOW.getTime() + DAY) }, /nextUpdate/],
      [{ ...good, revoked: [] }, /exactly/],
      [{ ...good, revoked: [revoked[1], revoked[0]] }, /another serial/],
      [{ ...good, revoked: [{ ...revoked[0], reason: 'superseded' }, revoked[1]] }, /another reason/],
    ];
    const tbs = buildCrlTbs(good);
    for (const [plan, finding] of wrong) expect(findCrlFaults(tbs, plan).join('\n')).toMatch(finding);
    expect(() => lintCrlTbs(tbs.subarray(0, -1), good)).toThrow(/read/);
  });

  it('comes with a PKCS#7 bundle that OpenSSL and GnuTLS open', () => {
    writeFileSync(
      join(folder, 'bundle.p7b'),
      certsOnly([chain.signing.certificate.der, chain.root.certificate.der]),
    );
    const out = run('openssl', 'pkcs7', '-inform', 'DER', '-in', 'bundle.p7b', '-print_certs');
    expect(out.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect(run('certtool', '--p7-info', '--inder', '--infile', 'bundle.p7b')).toContain(
      'Number of certificates: 2',
    );
  });
});
