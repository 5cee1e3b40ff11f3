import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { derValue, fromHex, readDer, TAG } from './der';
import { examineCsr } from './examine-csr';
import { oid, sequence, toDer } from './forge-asn1';
import { readPssParameters } from './pss-parameters';
import { makeCsr, NO_KNOWN_KEYS } from './testing/csr-maker';

const folder = mkdtempSync(join(tmpdir(), 'hubgate-signature-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const openssl = (...args: string[]): void => {
  execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
};

beforeAll(() => {
  openssl('genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048', '-out', 'rsa.key');
  openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 'P-256.key');
  openssl('ecparam', '-name', 'secp384r1', '-genkey', '-noout', '-out', 'P-384.key');
});

/** What intake says of the CSR that OpenSSL makes so. */
async function outcome(key: string, ...options: string[]): Promise<string> {
  openssl('req', '-new', '-key', `${key}.key`, '-subj', '/CN=alice', ...options, '-out', 'x.csr');
  return named(new Uint8Array(readFileSync(join(folder, 'x.csr'))));
}

const named = (csr: Uint8Array): Promise<string> =>
  examineCsr(csr, NO_KNOWN_KEYS).then(
    (examined) => examined.csr.signatureAlgorithm,
    (thrown: { code: string }) => thrown.code,
  );

describe('signatures that OpenSSL makes', () => {
  it.each([
    ['rsa', 'sha256', 'SHA-256 with RSA'],
    ['rsa', 'sha384', 'SHA-384 with RSA'],
    ['rsa', 'sha512', 'SHA-512 with RSA'],
    ['rsa', 'md5', 'csr.signature-algorithm'],
    ['rsa', 'sha1', 'csr.signature-algorithm'],
    ['rsa', 'sha224', 'csr.signature-algorithm'],
    ['rsa', 'sha512-256', 'csr.signature-algorithm'],
    ['rsa', 'sha3-256', 'csr.signature-algorithm'],
    ['P-256', 'sha1', 'csr.signature-algorithm'],
    ['P-256', 'sha224', 'csr.signature-algorithm'],
    ['P-256', 'sha256', 'SHA-256 with ECDSA'],
    ['P-256', 'sha512', 'SHA-512 with ECDSA'],
    ['P-256', 'sha3-256', 'csr.signature-algorithm'],
    ['P-384', 'sha256', 'SHA-256 with ECDSA'],
    ['P-384', 'sha384', 'SHA-384 with ECDSA'],
  ])('%s and %s: %s', async (key, digest, expected) => {
    expect(await outcome(key, `-${digest}`)).toBe(expected);
  });

  const pss = (...more: string[]) => ['rsa_padding_mode:pss', ...more].flatMap((one) => ['-sigopt', one]);
  it.each([
    ['sha256', ['rsa_pss_saltlen:digest'], 'SHA-256 with RSA-PSS'],
    ['sha256', ['rsa_pss_saltlen:32'], 'SHA-256 with RSA-PSS'],
    ['sha384', ['rsa_pss_saltlen:48'], 'SHA-384 with RSA-PSS'],
    ['sha512', ['rsa_pss_saltlen:64'], 'SHA-512 with RSA-PSS'],
    ['sha256', ['rsa_pss_saltlen:31'], 'csr.signature-algorithm'],
    ['sha256', ['rsa_pss_saltlen:33'], 'csr.signature-algorithm'],
    ['sha256', ['rsa_pss_saltlen:20'], 'csr.signature-algorithm'],
    ['sha256', ['rsa_pss_saltlen:0'], 'csr.signature-algorithm'],
    ['sha256', ['rsa_pss_saltlen:max'], 'csr.signature-algorithm'],
    ['sha384', ['rsa_pss_saltlen:32'], 'csr.signature-algorithm'],
    ['sha256', ['rsa_pss_saltlen:32', 'rsa_mgf1_md:sha1'], 'csr.signature-algorithm'],
    ['sha256', ['rsa_pss_saltlen:32', 'rsa_mgf1_md:sha512'], 'csr.signature-algorithm'],
    ['sha1', ['rsa_pss_saltlen:20'], 'csr.signature-algorithm'],
    ['sha224', ['rsa_pss_saltlen:28'], 'csr.signature-algorithm'],
  ] as const)('RSA-PSS with %s and %j: %s', async (digest, options, expected) => {
    expect(await outcome('rsa', `-${digest}`, ...pss(...options))).toBe(expected);
  });

  it('RSA-PSS is verified with the salt that the CSR names', async () => {
    openssl(
      'req',
      '-new',
      '-key',
      'rsa.key',
      '-subj',
      '/CN=a',
      ...pss('rsa_pss_saltlen:32'),
      '-outform',
      'DER',
      '-out',
      'p',
    );
    const csr = new Uint8Array(readFileSync(join(folder, 'p')));
    expect(await named(csr)).toBe('SHA-256 with RSA-PSS');
    csr[csr.length - 1] = (csr.at(-1) ?? 0) ^ 1;
    expect(await named(csr)).toBe('csr.signature');
  });
});

describe('parameters of a signature algorithm', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const ed = generateKeyPairSync('ed25519').privateKey;
  const RSA = toDer(oid('1.2.840.113549.1.1.11'));
  const ECDSA = toDer(oid('1.2.840.10045.4.3.2'));
  const EDDSA = toDer(oid('1.3.101.112'));
  const PSS = toDer(oid('1.2.840.113549.1.1.10'));
  const NULL = Uint8Array.of(5, 0);

  it.each([
    ['RSA with NULL', rsa, [RSA, NULL], 'SHA-256 with RSA'],
    ['RSA with none (RFC 4055 section 5)', rsa, [RSA], 'SHA-256 with RSA'],
    ['RSA with a number', rsa, [RSA, Uint8Array.of(2, 1, 0)], 'csr.signature-algorithm'],
    ['RSA with two', rsa, [RSA, NULL, NULL], 'csr.signature-algorithm'],
    ['ECDSA with none', ec, [ECDSA], 'SHA-256 with ECDSA'],
    ['ECDSA with NULL (RFC 5758 section 3.2)', ec, [ECDSA, NULL], 'csr.signature-algorithm'],
    ['ECDSA with a curve', ec, [ECDSA, toDer(oid('1.2.840.10045.3.1.7'))], 'csr.signature-algorithm'],
    ['Ed25519 with none', ed, [EDDSA], 'Ed25519'],
    ['Ed25519 with NULL (RFC 8410 section 3)', ed, [EDDSA, NULL], 'csr.signature-algorithm'],
    ['RSA-PSS with none', rsa, [PSS], 'csr.signature-algorithm'],
    ['RSA-PSS with NULL', rsa, [PSS, NULL], 'csr.signature-algorithm'],
    ['RSA-PSS with the defaults', rsa, [PSS, Uint8Array.of(0x30, 0)], 'csr.signature-algorithm'],
    ['no algorithm at all', rsa, [], 'csr.malformed'],
    ['a number for an algorithm', rsa, [Uint8Array.of(2, 1, 0)], 'csr.malformed'],
    ['RSA for an EC key', ec, [RSA, NULL], 'csr.signature'],
    ['ECDSA for an RSA key', rsa, [ECDSA], 'csr.signature'],
    ['a digest that was not used', rsa, [toDer(oid('1.2.840.113549.1.1.13')), NULL], 'csr.signature'],
  ] as const)('%s', async (_what, privateKey, parts, expected) => {
    const algorithm = derValue(TAG.sequence, ...parts);
    expect(await named(makeCsr({ privateKey, algorithm }))).toBe(expected);
  });

  // RFC 4055 section 3.1; SHA-256 as OpenSSL, and as those write it who leave out the NULL.
  const GOOD =
    'a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120';
  const SHORT =
    'a00d300b0609608648016503040201a11a301806092a864886f70d010108300b0609608648016503040201a203020120';
  it.each([
    ['with NULL', GOOD, true],
    ['without NULL', SHORT, true],
    ['the trailer spelled out, which DER forbids', `${GOOD}a303020101`, false],
    ['without a salt', GOOD.slice(0, -10), false],
    ['a salt of two octets', GOOD.replace(/a203020120$/, 'a20402020120'), false],
    ['a negative salt', GOOD.replace(/20$/, 'e0'), false],
    ['another mask function', GOOD.replace('0d010108', '0d010109'), false],
    ['two hashes in one field', GOOD.replace('a00f', 'a01e300d06096086480165030402010500'), false],
  ])('RSA-PSS, %s: %s', (_what, hex, ok) => {
    const parameters = readDer(derValue(TAG.sequence, fromHex(hex)));
    expect(readPssParameters(parameters) !== null).toBe(ok);
  });

  it('an algorithm that nobody knows is named so', async () => {
    const algorithm = toDer(sequence(oid('1.2.3.4.5')));
    await expect(examineCsr(makeCsr({ privateKey: rsa, algorithm }), NO_KNOWN_KEYS)).rejects.toMatchObject({
      code: 'csr.signature-algorithm',
      params: { algorithm: 'an unknown algorithm' },
    });
  });
});
