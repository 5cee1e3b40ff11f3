import { sign, verify, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

import { assembleSigned } from '../x509/assemble';
import { takeTbs, type LintedTbs } from '../x509/lint';
import { digestOf, type SignatureAlgorithm } from '../x509/signature-algorithm';

/**
 * Up to here a signature by RSA is verified at once: 0.1 ms, less than another trip to the threads
 * and back costs. A long revocation list, or ECDSA, whose verification is as dear as signing, is not.
 */
const VERIFIED_AT_ONCE_BYTES = 64 * 1024;

// With a callback both run on libuv's threads, off the event loop.
const signOnThread = promisify<string, Uint8Array, KeyObject, Buffer>(sign);
const verifyOnThread = promisify<string, Uint8Array, KeyObject, Uint8Array, boolean>(verify);

/** The signature does not verify over the bytes it was made for: broken memory, OpenSSL or key. */
export class BadSignature extends Error {
  override readonly name = 'BadSignature';
}

/**
 * The only place where the CA's key and the responder's sign. Takes linted bytes, once; verifies the signature over
 * exactly these bytes before anything is given away (fault attacks on RSA-CRT: Boneh, DeMillo,
 * Lipton 1997).
 *
 * @param behind fields after the signature, DER (lib/x509/assemble.ts)
 * @returns the certificate, CRL or BasicOCSPResponse, DER
 * @throws {BadSignature} when the signature does not verify
 * @throws {RangeError} when the bytes were taken before
 */
export async function signLinted(
  linted: LintedTbs,
  key: { algorithm: SignatureAlgorithm; privateKey: KeyObject; publicKey: KeyObject },
  ...behind: readonly Uint8Array[]
): Promise<Uint8Array> {
  const tbs = takeTbs(linted);
  const digest = digestOf(key.algorithm);
  const signature = await signOnThread(digest, tbs, key.privateKey);
  const atOnce = key.publicKey.asymmetricKeyType === 'rsa' && tbs.length <= VERIFIED_AT_ONCE_BYTES;
  const holds = atOnce
    ? verify(digest, tbs, key.publicKey, signature)
    : await verifyOnThread(digest, tbs, key.publicKey, signature);
  if (!holds) {
    throw new BadSignature('The signature that was just made does not verify. Nothing was issued.');
  }
  return assembleSigned(tbs, key.algorithm, signature, ...behind);
}
