import { execFileSync } from 'node:child_process';
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildCsr, BROWSER_KEYS, type BrowserKeyAlgorithm } from './csr-build';
import { examineCsr } from './examine-csr';
import { buildPkcs12, type Pkcs12Form } from './pkcs12';
import { NO_KNOWN_KEYS } from './testing/csr-maker';
import { testChain, type TestChain, testPlan, testSign } from './testing/throwaway-ca';

/** What a browser does from key to file, read back by the programs that people import it with. */
const folder = mkdtempSync(join(tmpdir(), 'hubgate-p12-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const NOW = new Date();
const PASSPHRASE = 'correct horse "battery" $taple';
let chain: TestChain;
beforeAll(() => {
  chain = testChain('p-384', 'p-256', NOW);
});

const run = (command: string, args: string[]): string =>
  execFileSync(command, args, { encoding: 'utf8', cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });

async function makeFile(algorithm: BrowserKeyAlgorithm, form: Pkcs12Form) {
  const keyPair = await crypto.subtle.generateKey(BROWSER_KEYS[algorithm], true, ['sign', 'verify']);
  const { csr } = await examineCsr(
    await buildCsr({ commonName: 'alice', keyPair, algorithm }),
    NO_KNOWN_KEYS,
  );
  expect(csr).toMatchObject({ commonName: 'alice', keyLabel: algorithm, ignoredExtensions: [] });
  const plan = testPlan({ kind: 'user', commonName: 'alice', spki: csr.spki }, chain.signing, NOW);
  const certificate = testSign(plan, chain.signing.key.privateKey);
  const privateKeyPkcs8 = new Uint8Array(await crypto.subtle.exportKey('pkcs8', keyPair.privateKey));
  const file = await buildPkcs12({
    privateKeyPkcs8,
    chain: [certificate.der, chain.signing.certificate.der, chain.root.certificate.der],
    friendlyName: 'alice at NLHPC',
    passphrase: PASSPHRASE,
    form,
  });
  const path = join(folder, `${algorithm}-${form}.p12`);
  writeFileSync(path, file);
  return { path, certificate, privateKeyPkcs8 };
}

describe.each([
  ['RSA 2048', 'modern'],
  ['RSA 3072', 'modern'],
  ['P-256', 'modern'],
  ['P-384', 'modern'],
  ['RSA 2048', 'legacy'],
  ['P-256', 'legacy'],
] as const)('a %s key in the %s form', (algorithm, form) => {
  it('is read by OpenSSL and NSS, with key, certificate and chain', async () => {
    const { path, certificate, privateKeyPkcs8 } = await makeFile(algorithm, form);

    // OpenSSL 3 keeps the legacy algorithms in a provider of their own, as `openssl pkcs12` says.
    const legacy = form === 'legacy' ? ['-legacy'] : [];
    const out = run('openssl', ['pkcs12', '-in', path, '-passin', `pass:${PASSPHRASE}`, '-nodes', ...legacy]);
    expect(out.match(/BEGIN CERTIFICATE/g)).toHaveLength(3);
    expect(out).toContain('friendlyName: alice at NLHPC');
    const key = createPrivateKey({ key: Buffer.from(privateKeyPkcs8), format: 'der', type: 'pkcs8' });
    const read = createPrivateKey(out.slice(out.indexOf('-----BEGIN PRIVATE KEY')));
    expect(createPublicKey(read).equals(createPublicKey(key))).toBe(true);
    expect(new X509Certificate(certificate.der).checkPrivateKey(read)).toBe(true);

    const nss = mkdtempSync(join(folder, 'nss-'));
    run('certutil', ['-N', '-d', `sql:${nss}`, '--empty-password']);
    run('pk12util', ['-i', path, '-d', `sql:${nss}`, '-W', PASSPHRASE]);
    expect(run('certutil', ['-K', '-d', `sql:${nss}`])).toContain('alice at NLHPC');
    expect(run('certutil', ['-L', '-d', `sql:${nss}`])).toMatch(/alice at NLHPC\s+u,u,u/);
  });
});

it('refuses a wrong passphrase when it is read', async () => {
  const { path } = await makeFile('P-256', 'modern');
  expect(() => run('openssl', ['pkcs12', '-in', path, '-passin', 'pass:wrong', '-nodes'])).toThrow(
    /mac verify/i,
  );
});

it.each(['', 'contraseña', 'tab\t'])(
  'refuses the passphrase %j, which some programs could not type',
  async (passphrase) => {
    const file = {
      privateKeyPkcs8: new Uint8Array(1),
      chain: [new Uint8Array(1)],
      friendlyName: 'x',
      passphrase,
    };
    await expect(buildPkcs12({ ...file, form: 'modern' })).rejects.toThrow(/US keyboard/);
  },
);
