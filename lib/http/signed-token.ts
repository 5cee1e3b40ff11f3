import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * A short signed value for cookies: `<payload base64url>.<expiry, seconds>.<HMAC-SHA-256>`.
 * `purpose` separates the uses, so that one kind of cookie never passes for another.
 */
export function signToken(input: {
  secret: string;
  purpose: string;
  payload: string;
  expiresAt: Date;
}): string {
  const body = `${Buffer.from(input.payload).toString('base64url')}.${Math.floor(input.expiresAt.getTime() / 1000)}`;
  return `${body}.${mac(input.secret, input.purpose, body)}`;
}

/** The payload, or null for anything that we did not sign for this purpose or that has expired. */
export function readToken(input: {
  secret: string;
  purpose: string;
  token: string;
  now: Date;
}): string | null {
  const parts = /^([A-Za-z0-9_-]{1,2048})\.(\d{1,12})\.([A-Za-z0-9_-]{43})$/.exec(input.token);
  if (!parts) return null;
  const [, payload = '', expiry = '', sent = ''] = parts;
  const expected = mac(input.secret, input.purpose, `${payload}.${expiry}`);
  if (!timingSafeEqual(Buffer.from(sent), Buffer.from(expected))) return null;
  if (Number(expiry) * 1000 <= input.now.getTime()) return null;
  return Buffer.from(payload, 'base64url').toString();
}

function mac(secret: string, purpose: string, body: string): string {
  return createHmac('sha256', secret).update(`hubgate ${purpose}\n${body}`).digest('base64url');
}
