import { createHash } from 'node:crypto';

/**
 * What people compare when a passkey is enrolled: SHA-256 over credential id and COSE key, lower-case
 * hex. Pages and terminals show it in groups of four.
 */
export function passkeyFingerprint(credentialId: Uint8Array, publicKey: Uint8Array): string {
  return createHash('sha256').update(credentialId).update(publicKey).digest('hex');
}
