import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * `proven`: a script on the portal's page fetched it from the canary, which only works when the
 * root is trusted. `weak`: it came by a redirect, where the visitor may have clicked a warning away.
 */
export type TrustStrength = 'proven' | 'weak';

export type TrustProof = { nonce: string; strength: TrustStrength; expiresAt: Date };

/** Long enough to fill in the request's form. */
export const TRUST_PROOF_SECONDS = 600;

/** From /trust/nonce, or made by the page itself: anything unguessable of this shape. */
export const TRUST_NONCE = /^[A-Za-z0-9_-]{16,64}$/;

/**
 * What only the canary hands out: `v1.<nonce>.<p|w>.<expiry, seconds>.<HMAC-SHA-256, base64url>`.
 * It shows that somebody's browser reached the canary, against ignorance, not against intent.
 *
 * @throws {RangeError} when the nonce has another shape, which the route has checked
 */
export function makeTrustProof(input: {
  secret: string;
  nonce: string;
  strength: TrustStrength;
  now: Date;
}): { proof: string; expiresAt: Date } {
  if (!TRUST_NONCE.test(input.nonce)) throw new RangeError('not a nonce');
  const seconds = Math.floor(input.now.getTime() / 1000) + TRUST_PROOF_SECONDS;
  const body = `v1.${input.nonce}.${input.strength === 'proven' ? 'p' : 'w'}.${seconds}`;
  return { proof: `${body}.${mac(input.secret, body)}`, expiresAt: new Date(seconds * 1000) };
}

/** The proof's content, or null when it is not ours or too old. Whether it was used before is another question. */
export function verifyTrustProof(input: { secret: string; proof: string; now: Date }): TrustProof | null {
  const parts = /^(v1\.([A-Za-z0-9_-]{16,64})\.([pw])\.(\d{1,12}))\.([A-Za-z0-9_-]{43})$/.exec(input.proof);
  if (!parts) return null;
  const [, body = '', nonce = '', strength, seconds = '', sent = ''] = parts;
  if (!timingSafeEqual(Buffer.from(sent), Buffer.from(mac(input.secret, body)))) return null;
  const expiresAt = new Date(Number(seconds) * 1000);
  if (expiresAt <= input.now) return null;
  return { nonce, strength: strength === 'p' ? 'proven' : 'weak', expiresAt };
}

function mac(secret: string, body: string): string {
  return createHmac('sha256', secret).update(`hubgate trust\n${body}`).digest('base64url');
}
