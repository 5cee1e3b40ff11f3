import { createHash } from 'node:crypto';

/**
 * What Debian's openssl-blacklist lists RSA keys by: SHA-1 over the line that `openssl rsa -modulus`
 * prints, of which the lists hold the last 20 of 40 hex digits. SHA-1 is no weakness here: who finds a
 * second key with the digest of a listed one has found a key that is refused.
 *
 * @returns 40 hex digits, lower case
 */
export function modulusDigest(modulus: bigint): string {
  return createHash('sha1')
    .update(`Modulus=${modulus.toString(16).toUpperCase()}\n`)
    .digest('hex');
}
