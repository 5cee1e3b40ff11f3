import { createPublicKey, verify, type KeyObject } from 'node:crypto';

import * as z from 'zod';

import { SerialHex } from './fields';

/**
 * The signature by which the key of an old certificate asks for the next one. It names the new CSR
 * and the old serial, so that it fits nothing else and repeating it gives nothing new. The portal
 * verifies it, and the signer verifies it again from its own journal: with it a renewal needs no
 * approver's word.
 */
export const RenewalEvidence = z.strictObject({
  /** Of the old certificate. */
  serial: SerialHex,
  /** Base64: RSASSA-PKCS1-v1_5 or ECDSA (DER) with SHA-256, or Ed25519. RSA-8192 gives 1,368 characters. */
  signature: z
    .string()
    .min(1)
    .max(1400)
    .regex(/^[A-Za-z0-9+/]+={0,2}$/),
});
export type RenewalEvidence = z.infer<typeof RenewalEvidence>;

/**
 * What the old key signs: three lines, each with its line feed, so that a shell can write them.
 *
 * @param input.csrSha256 of the new CSR's DER, lower-case hex
 * @param input.serial    of the old certificate, lower-case hex of even length
 */
export function renewalMessage(input: { csrSha256: string; serial: string }): Uint8Array {
  return new TextEncoder().encode(`hubgate-renewal-v1\n${input.csrSha256}\n${input.serial}\n`);
}

/**
 * Did this key sign the renewal? Never throws, whatever the signature holds.
 *
 * @param input.spki SubjectPublicKeyInfo of the old certificate, DER
 */
export function verifyRenewalProof(input: {
  spki: Uint8Array;
  csrSha256: string;
  evidence: RenewalEvidence;
}): boolean {
  const { spki, csrSha256, evidence } = input;
  const signature = Buffer.from(evidence.signature, 'base64');
  // One text per signature: what decodes alike but is written otherwise is not taken.
  if (signature.toString('base64') !== evidence.signature) return false;
  const message = renewalMessage({ csrSha256, serial: evidence.serial });
  try {
    const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
    return verify(digestFor(key), message, key, signature);
  } catch {
    return false;
  }
}

/** RFC 8032: Ed25519 hashes by itself. */
const digestFor = (key: KeyObject): 'sha256' | null =>
  key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
