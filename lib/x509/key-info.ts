import { HubgateError } from '../errors';
import { type DerNode, oidText, readDer, TAG, toHex } from './der';
import { isOnCurve, type CurveName } from './ec-curve';
import { OID } from './oids';

/** What a public key is, as far as its checks need it. */
export type KeyInfo =
  | { readonly type: 'rsa'; readonly bits: number; readonly modulus: bigint; readonly exponent: bigint }
  | { readonly type: 'ec'; readonly curve: CurveName }
  | { readonly type: 'ed25519'; readonly point: Uint8Array };

/** `RSA 2048`, `P-256`, `Ed25519`: how pages and lists call a key. */
export function keyLabel(key: KeyInfo): string {
  switch (key.type) {
    case 'rsa':
      return `RSA ${key.bits}`;
    case 'ec':
      return key.curve;
    case 'ed25519':
      return 'Ed25519';
  }
}

/**
 * Reads a SubjectPublicKeyInfo: RSA (RFC 3279 section 2.3.1), EC on P-256 or P-384 named by its OID
 * (RFC 5480 section 2.1.1), Ed25519 (RFC 8410 section 3). An EC point must be uncompressed and lie on
 * the curve. An RSA modulus is positive and in its shortest form, with nothing before or behind it.
 * What a key is worth is judged in key-checks.ts.
 *
 * @throws {HubgateError} `csr.key-type`, `csr.ec-curve`, `csr.ec-point`, `csr.malformed`
 */
export function readSpki(spki: Uint8Array): KeyInfo {
  let root: DerNode;
  try {
    root = readDer(spki);
  } catch (cause) {
    throw malformed(cause);
  }
  const [algorithm, keyBits] = root.children;
  const algorithmOid = algorithm?.children[0];
  if (
    root.tag !== TAG.sequence ||
    root.children.length !== 2 ||
    algorithm?.tag !== TAG.sequence ||
    algorithm.children.length > 2 || // RFC 5280 section 4.1.1.2; OpenSSL reads no certificate with more
    algorithmOid?.tag !== TAG.oid ||
    keyBits?.tag !== TAG.bitString ||
    keyBits.content[0] !== 0
  ) {
    throw malformed();
  }
  const parameters = algorithm.children[1];
  const key = keyBits.content.subarray(1);
  switch (oidText(algorithmOid.content)) {
    case OID.rsaEncryption:
      if (parameters?.tag !== TAG.null || algorithm.children.length !== 2) throw malformed();
      return readRsa(key);
    case OID.ecPublicKey:
      return readEc(parameters, key);
    case OID.ed25519:
      // RFC 8410 section 3: parameters absent, 32 octets.
      if (parameters !== undefined || key.length !== 32) throw malformed();
      return { type: 'ed25519', point: Uint8Array.from(key) };
    default:
      throw new HubgateError(
        'csr.key-type',
        'This kind of key is not accepted here. Make an RSA key of 2048 bits or more, or an EC key on P-256 or P-384.',
        { field: 'csr' },
      );
  }
}

function readRsa(key: Uint8Array): KeyInfo {
  let root: DerNode;
  try {
    root = readDer(key);
  } catch (cause) {
    throw malformed(cause);
  }
  const [modulus, exponent] = root.children;
  if (
    root.tag !== TAG.sequence ||
    root.children.length !== 2 ||
    modulus?.tag !== TAG.integer ||
    exponent?.tag !== TAG.integer ||
    isNegative(modulus.content) ||
    isNegative(exponent.content)
  ) {
    throw malformed();
  }
  return {
    type: 'rsa',
    bits: bitLength(modulus.content),
    // Only when asked for: every signature reads the key, and few readers do sums with it.
    get modulus() {
      return BigInt(`0x${toHex(modulus.content)}`);
    },
    exponent: BigInt(`0x${toHex(exponent.content)}`),
  };
}

function readEc(parameters: DerNode | undefined, key: Uint8Array): KeyInfo {
  const curveOid = parameters?.tag === TAG.oid ? oidText(parameters.content) : null;
  const curve: CurveName | null = curveOid === OID.p256 ? 'P-256' : curveOid === OID.p384 ? 'P-384' : null;
  if (curve === null) {
    // Explicit parameters are refused too: RFC 5480 section 2.1.1, CVE-2020-0601.
    throw new HubgateError(
      'csr.ec-curve',
      'The EC key is not on a curve that is accepted here. Make a new key on P-256 (prime256v1) or P-384 (secp384r1), named by its curve.',
      { field: 'csr' },
    );
  }
  if (!isOnCurve(curve, key)) {
    // Invalid-curve points: NIST SP 800-56A section 5.6.2.3.3.
    throw new HubgateError(
      'csr.ec-point',
      'The EC public key is not an uncompressed point on its curve. The file is damaged or the program that made it is faulty: make a new key and CSR.',
      { field: 'csr' },
    );
  }
  return { type: 'ec', curve };
}

const isNegative = (content: Uint8Array): boolean => (content[0] ?? 0) >= 0x80;

function bitLength(content: Uint8Array): number {
  const first = content.findIndex((octet) => octet !== 0);
  return first < 0 ? 0 : (content.length - first) * 8 - (Math.clz32(content[first] ?? 0) - 24);
}

function malformed(cause?: unknown): HubgateError {
  return new HubgateError(
    'csr.malformed',
    'The public key in this file cannot be read. Make the key and the CSR again.',
    { field: 'csr', cause },
  );
}
