import { createHash, randomBytes } from 'node:crypto';

/** A fresh secret of 256 random bits, base64url. */
export function freshSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** What is stored of such a secret: it has too much entropy to be guessed from a fast hash. */
export function secretHash(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
