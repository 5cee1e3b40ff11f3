import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { isIssuedBy, type CertificateInfo } from './certificate';
import { NO_NAMES } from './certificate-plan';
import {
  testChain,
  type TestChain,
  testKey,
  type TestKeyType,
  testPlan,
  testSign,
} from './testing/throwaway-ca';

/**
 * Other people's judges: OpenSSL, GnuTLS and NSS. A missing tool fails the test with its name; on
 * Debian the packages are openssl, gnutls-bin and libnss3-tools.
 */
const folder = mkdtempSync(join(tmpdir(), 'hubgate-compliance-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const NOW = new Date();
const SUBJECT_KEYS: TestKeyType[] = ['rsa-2048', 'p-256', 'p-384', 'ed25519'];

describe.each([
  ['rsa-4096', 'rsa-4096'],
  ['p-384', 'p-256'],
  ['p-384', 'p-384'],
] as const)('certificates under a %s root and a %s signing CA', (rootType, signingType) => {
  let chain: TestChain;
  let files: ReturnType<typeof writeChain>;

  beforeAll(() => {
    chain = testChain(rootType, signingType, NOW);
    files = writeChain(chain, `${rootType}-${signingType}`);
  }, 60_000);

  it('has CA certificates that OpenSSL, GnuTLS and NSS accept', () => {
    const { root, signing } = chain;
    expect(isIssuedBy(root.certificate, root.certificate)).toBe(true);
    expect(isIssuedBy(signing.certificate, root.certificate)).toBe(true);
    expect(isIssuedBy(root.certificate, signing.certificate)).toBe(false);
    openssl(files, root.certificate, 'any');
    openssl(files, signing.certificate, 'any');
    certtool(files, [signing.certificate, root.certificate]);
    expect(validNss(files, 'signing', 'L')).toMatch(/certificate is valid/);
  });

  it.each(SUBJECT_KEYS)('has user certificates with %s keys that all accept', (type) => {
    const user = testSign(
      testPlan(
        {
          kind: 'user',
          commonName: 'alice',
          spki: testKey(type).spki,
          san: { ...NO_NAMES, emails: ['alice@dim.uchile.cl'] },
        },
        chain.signing,
        NOW,
      ),
      chain.signing.key.privateKey,
    );
    openssl(files, user, 'sslclient');
    certtool(files, [user, chain.signing.certificate, chain.root.certificate]);
    if (type !== 'ed25519') certutil(files, user, 'C'); // NSS has no Ed25519
  });

  it.each(SUBJECT_KEYS)('has server certificates with %s keys that all accept', (type) => {
    const server = testSign(
      testPlan(
        {
          kind: 'server',
          commonName: 'gate.example.org',
          spki: testKey(type).spki,
          san: {
            emails: [],
            dnsNames: ['gate.example.org', '*.hubs.example.org'],
            ipAddresses: ['192.0.2.7', '2001:db8::7'],
          },
          pointers: {
            crlUrl: 'http://localhost/crl/signing-ca.crl',
            ocspUrl: 'http://localhost/ocsp',
            caIssuersUrl: 'http://localhost/ca/signing-ca.crt',
          },
        },
        chain.signing,
        NOW,
        397,
      ),
      chain.signing.key.privateKey,
    );
    openssl(files, server, 'sslserver', ['-verify_hostname', 'gate.example.org']);
    openssl(files, server, 'sslserver', ['-verify_ip', '2001:db8::7']);
    certtool(files, [server, chain.signing.certificate, chain.root.certificate]);
    if (type !== 'ed25519') certutil(files, server, 'V');
  });
});

describe('name constraints on the signing CA', () => {
  it('let names inside pass and are enforced against names outside', () => {
    const chain = testChain('p-384', 'p-256', NOW, {
      permittedDns: ['example.org'],
      permittedIp: ['192.0.2.0/24', '2001:db8::/32'],
    });
    const files = writeChain(chain, 'constrained');
    const server = (dnsName: string, address: string) =>
      testSign(
        testPlan(
          {
            kind: 'server',
            commonName: dnsName,
            spki: testKey('p-256').spki,
            san: { emails: [], dnsNames: [dnsName], ipAddresses: [address] },
          },
          chain.signing,
          NOW,
        ),
        chain.signing.key.privateKey,
      );
    openssl(files, server('hub.example.org', '192.0.2.7'), 'sslserver');
    certtool(files, [
      server('hub.example.org', '2001:db8::1'),
      chain.signing.certificate,
      chain.root.certificate,
    ]);
    expect(() => openssl(files, server('hub.example.com', '192.0.2.7'), 'sslserver')).toThrow(/subtree/);
    expect(() => openssl(files, server('hub.example.org', '10.0.0.1'), 'sslserver')).toThrow(/subtree/);
  });
});

function writeChain(chain: TestChain, name: string) {
  const root = join(folder, `${name}-root.pem`);
  const signing = join(folder, `${name}-signing.pem`);
  const nss = mkdtempSync(join(folder, 'nss-'));
  writeFileSync(root, chain.root.certificate.pem);
  writeFileSync(signing, chain.signing.certificate.pem);
  run('certutil', ['-N', '-d', `sql:${nss}`, '--empty-password']);
  run('certutil', ['-A', '-d', `sql:${nss}`, '-n', 'root', '-t', 'CT,C,', '-i', root]);
  run('certutil', ['-A', '-d', `sql:${nss}`, '-n', 'signing', '-t', ',,', '-i', signing]);
  return { root, signing, nss };
}

type Files = ReturnType<typeof writeChain>;
let counter = 0;

function written(pem: string): string {
  const file = join(folder, `${++counter}.pem`);
  writeFileSync(file, pem);
  return file;
}

function openssl(files: Files, certificate: CertificateInfo, purpose: string, more: string[] = []): void {
  const trust = ['-CAfile', files.root, '-untrusted', files.signing];
  const output = run('openssl', [
    'verify',
    '-x509_strict',
    '-purpose',
    purpose,
    ...trust,
    ...more,
    written(certificate.pem),
  ]);
  expect(output).toMatch(/: OK$/m);
}

function certtool(files: Files, chain: CertificateInfo[]): void {
  const pem = chain.map((one) => one.pem).join('');
  const output = run('certtool', ['--verify', '--load-ca-certificate', files.root, '--infile', written(pem)]);
  expect(output).toMatch(/Chain verification output: Verified/);
}

function certutil(files: Files, certificate: CertificateInfo, usage: string): void {
  const name = `leaf-${++counter}`;
  run('certutil', ['-A', '-d', `sql:${files.nss}`, '-n', name, '-t', ',,', '-i', written(certificate.pem)]);
  expect(validNss(files, name, usage)).toMatch(/certificate is valid/);
}

function validNss(files: Files, name: string, usage: string): string {
  return run('certutil', ['-V', '-e', '-d', `sql:${files.nss}`, '-n', name, '-u', usage]);
}

function run(command: string, args: string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
