import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Crockford's base32: no I, L, O, U, so that ids survive being read aloud. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** 5 bytes are 40 bits are 8 characters. */
const ID_BYTES = 5;
/** As it is written. */
export const REQUEST_ID = /^R-[0-9A-HJKMNP-TV-Z]{8}$/;

/** A request's id, such as `R-7K3F9Q2M`. Random, so that ids tell nothing about how many there are. */
export function newRequestId(random: Uint8Array = randomBytes(ID_BYTES)): string {
  if (random.length !== ID_BYTES) throw new RangeError('A request id takes 5 random bytes.');
  let bits = 0n;
  for (const byte of random) bits = (bits << 8n) | BigInt(byte);
  let text = '';
  for (let shift = 35n; shift >= 0n; shift -= 5n) text += ALPHABET[Number((bits >> shift) & 31n)] ?? '';
  return `R-${text}`;
}

/**
 * What somebody typed or heard, as an id: case, blanks and the letters that Crockford reads as
 * digits (I, L → 1; O → 0) do not matter. Null when it cannot be one.
 */
export function readRequestId(text: string): string | null {
  if (text.length > 40) return null;
  const plain = text
    .toUpperCase()
    .replace(/\s/g, '')
    .replace(/^R-/, '')
    .replaceAll('-', '')
    .replace(/^R(?=.{8}$)/, '')
    .replace(/[IL]/g, '1')
    .replace(/O/g, '0');
  const id = `R-${plain}`;
  return REQUEST_ID.test(id) ? id : null;
}

/** 256 random bits, base64url. Shown once; only its hash is stored. */
export function newPickupSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** SHA-256, hex: a random secret needs no slow hash. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Compares in constant time. */
export function secretMatches(secret: string, storedHash: string): boolean {
  const given = createHash('sha256').update(secret).digest();
  const stored = Buffer.from(storedHash, 'hex');
  return stored.length === given.length && timingSafeEqual(given, stored);
}
