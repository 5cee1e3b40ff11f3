import { createECDH, generateKeyPairSync } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { derValue, fromHex, TAG } from './der';
import { oid, toDer } from './forge-asn1';
import { readSpki } from './key-info';
import { OID } from './oids';

const NULL = Uint8Array.of(TAG.null, 0);
const bits = (...content: Uint8Array[]) => derValue(TAG.bitString, Uint8Array.of(0), ...content);
const integer = (hex: string) => derValue(TAG.integer, fromHex(hex));
const spki = (algorithm: Uint8Array[], key: Uint8Array) =>
  derValue(TAG.sequence, derValue(TAG.sequence, ...algorithm), key);

const outcome = (bytes: Uint8Array): string => {
  try {
    return readSpki(bytes).type;
  } catch (thrown) {
    return (thrown as { code: string }).code;
  }
};

describe('an RSA public key', () => {
  const RSA = [toDer(oid(OID.rsaEncryption)), NULL];
  const N = `00${'b7'.repeat(256)}`;
  const E = '010001';
  const key = (...parts: Uint8Array[]) => bits(derValue(TAG.sequence, ...parts));

  it.each([
    ['as it must be', spki(RSA, key(integer(N), integer(E))), 'rsa'],
    [
      'with an even modulus, which another check refuses',
      spki(RSA, key(integer(`${N.slice(0, -2)}b8`), integer(E))),
      'rsa',
    ],
    ['with a negative modulus', spki(RSA, key(integer(N.slice(2)), integer(E))), 'csr.malformed'],
    ['with a negative exponent', spki(RSA, key(integer(N), integer('ff'))), 'csr.malformed'],
    ['with zeros before the modulus', spki(RSA, key(integer(`00${N}`), integer(E))), 'csr.malformed'],
    ['with zeros before the exponent', spki(RSA, key(integer(N), integer(`00${E}`))), 'csr.malformed'],
    ['with an empty modulus', spki(RSA, key(integer(''), integer(E))), 'csr.malformed'],
    ['with a third number', spki(RSA, key(integer(N), integer(E), integer(E))), 'csr.malformed'],
    ['without an exponent', spki(RSA, key(integer(N))), 'csr.malformed'],
    [
      'with bytes before the key',
      spki(RSA, bits(Uint8Array.of(0), derValue(TAG.sequence, integer(N), integer(E)))),
      'csr.malformed',
    ],
    [
      'with bytes behind the key',
      spki(RSA, bits(derValue(TAG.sequence, integer(N), integer(E)), NULL)),
      'csr.malformed',
    ],
    [
      'with unused bits',
      spki(RSA, derValue(TAG.bitString, Uint8Array.of(4), derValue(TAG.sequence, integer(N), integer('10')))),
      'csr.malformed',
    ],
    [
      'without NULL (RFC 3279 section 2.3.1)',
      spki(RSA.slice(0, 1), key(integer(N), integer(E))),
      'csr.malformed',
    ],
    [
      'with other parameters',
      spki([...RSA.slice(0, 1), integer('00')], key(integer(N), integer(E))),
      'csr.malformed',
    ],
    ['with two parameters', spki([...RSA, NULL], key(integer(N), integer(E))), 'csr.malformed'],
    [
      'for RSA-PSS alone',
      spki([toDer(oid('1.2.840.113549.1.1.10'))], key(integer(N), integer(E))),
      'csr.key-type',
    ],
    [
      'for RSA-OAEP alone',
      spki([toDer(oid('1.2.840.113549.1.1.7'))], key(integer(N), integer(E))),
      'csr.key-type',
    ],
  ])('%s', (_what, bytes, expected) => expect(outcome(bytes)).toBe(expected));

  it('has as many bits as its modulus', () => {
    for (const [hex, expected] of [
      ['00', 0],
      ['01', 1],
      ['00ff', 8],
      ['0100', 9],
      [`00${'80'}${'00'.repeat(255)}`, 2048],
      [`7f${'ff'.repeat(255)}`, 2047],
    ] as const) {
      expect(readSpki(spki(RSA, key(integer(hex), integer(E))))).toMatchObject({ bits: expected });
    }
  });
});

describe.each([
  ['P-256', OID.p256, 'prime256v1', 32],
  ['P-384', OID.p384, 'secp384r1', 48],
] as const)('an EC public key on %s', (curve, curveOid, opensslName, octets) => {
  const EC = [toDer(oid(OID.ecPublicKey)), toDer(oid(curveOid))];
  const ecdh = createECDH(opensslName);
  const point = new Uint8Array(ecdh.generateKeys());
  const changed = (at: number, to: number) =>
    Uint8Array.from(point, (octet, index) => (index === at ? to : octet));
  const zeros = new Uint8Array(2 * octets);

  it('is a point', () => expect(readSpki(spki(EC, bits(point)))).toEqual({ type: 'ec', curve }));

  it.each([
    ['at infinity (SEC 1 section 2.3.3)', Uint8Array.of(0), 'csr.ec-point'],
    ['at 0, 0', Uint8Array.from([4, ...zeros]), 'csr.ec-point'],
    ['off the curve', changed(2 * octets, (point.at(-1) ?? 0) ^ 1), 'csr.ec-point'],
    ['compressed', new Uint8Array(ecdh.getPublicKey(null, 'compressed')), 'csr.ec-point'],
    ['in the hybrid form', new Uint8Array(ecdh.getPublicKey(null, 'hybrid')), 'csr.ec-point'],
    ['too short', point.subarray(0, -1), 'csr.ec-point'],
    ['too long', Uint8Array.from([...point, 0]), 'csr.ec-point'],
    [
      'with a coordinate that is not reduced',
      Uint8Array.from([4, ...new Uint8Array(octets).fill(255), ...zeros.subarray(octets)]),
      'csr.ec-point',
    ],
    ['empty', new Uint8Array(), 'csr.ec-point'],
  ])('%s', (_what, bytes, expected) => expect(outcome(spki(EC, bits(bytes)))).toBe(expected));

  it.each([
    ['without a curve', EC.slice(0, 1), 'csr.ec-curve'],
    ['with NULL for a curve', [...EC.slice(0, 1), NULL], 'csr.ec-curve'],
    ['on secp256k1', [...EC.slice(0, 1), toDer(oid('1.3.132.0.10'))], 'csr.ec-curve'],
    [
      'on another curve that is listed',
      [...EC.slice(0, 1), toDer(oid(curve === 'P-256' ? OID.p384 : OID.p256))],
      'csr.ec-point',
    ],
    ['with its curve twice (RFC 5280 section 4.1.1.2)', [...EC, ...EC.slice(1)], 'csr.malformed'],
    ['for Diffie-Hellman alone', [toDer(oid('1.3.132.1.12')), ...EC.slice(1)], 'csr.key-type'],
  ])('%s', (_what, algorithm, expected) => expect(outcome(spki(algorithm, bits(point)))).toBe(expected));
});

describe('an Ed25519 public key', () => {
  const good = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' });
  const point = new Uint8Array(good.subarray(-32));
  const ED = [toDer(oid(OID.ed25519))];

  it.each([
    ['as it must be', spki(ED, bits(point)), 'ed25519'],
    ['with NULL (RFC 8410 section 3)', spki([...ED, NULL], bits(point)), 'csr.malformed'],
    ['of 31 octets', spki(ED, bits(point.subarray(1))), 'csr.malformed'],
    ['of 33 octets', spki(ED, bits(point, Uint8Array.of(0))), 'csr.malformed'],
    ['for X25519', spki([toDer(oid('1.3.101.110'))], bits(point)), 'csr.key-type'],
  ])('%s', (_what, bytes, expected) => expect(outcome(bytes)).toBe(expected));
});
