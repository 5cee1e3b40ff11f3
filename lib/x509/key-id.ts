import { hash } from 'node:crypto';

import { readDer } from './der';

/**
 * The subject key identifier of a key: SHA-1 over the content of the subjectPublicKey bit string
 * (RFC 5280 section 4.2.1.2, method 1). An identifier, not a protection: SHA-1 is right here.
 *
 * @returns 40 lower-case hex digits
 * @throws {RangeError} when the bytes are no SubjectPublicKeyInfo
 */
export function keyId(spki: Uint8Array): string {
  return hash('sha1', publicKeyBits(spki), 'hex');
}

/**
 * The content of the subjectPublicKey bit string, without its octet of unused bits.
 *
 * @throws {RangeError} when the bytes are no SubjectPublicKeyInfo
 */
export function publicKeyBits(spki: Uint8Array): Uint8Array {
  const bits = readDer(spki).children[1];
  if (bits === undefined || bits.content.length < 2) throw new RangeError('Not a SubjectPublicKeyInfo.');
  return bits.content.subarray(1);
}

/** SHA-256 over the whole SubjectPublicKeyInfo, lower-case hex: how keys are compared everywhere. */
export function spkiSha256(spki: Uint8Array): string {
  return hash('sha256', spki, 'hex');
}

/**
 * How a CA's key is called everywhere: the subject key identifier of its certificate. One that was
 * taken over may have none; then what it would be.
 */
export function caKeyId(ca: { subjectKeyId: string | null; spki: Uint8Array }): string {
  return ca.subjectKeyId ?? keyId(ca.spki);
}
