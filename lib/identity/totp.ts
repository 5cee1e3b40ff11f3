import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

import { Secret, TOTP } from 'otpauth';

/** What every authenticator app understands: RFC 6238 section 5.2's step, SHA-1, six digits. */
const PERIOD_SECONDS = 30;
const DIGITS = 6;
/** RFC 4226 section 4, R6: 160 bits are recommended. */
const SECRET_BYTES = 20;
/** RFC 6238 section 5.2: one step either way, for clocks that differ and people who type slowly. */
const WINDOW = 1;

/** A fresh secret, in base32 as people type it. */
export function newTotpSecret(): string {
  return new Secret({ size: SECRET_BYTES }).base32;
}

/**
 * The time step whose code this is; null when it is none within the window.
 *
 * @param code as typed; blanks do not count
 */
export function totpStep(input: { secret: string; code: string; now: Date }): number | null {
  const token = input.code.replace(/\s/g, '');
  if (!/^\d{6}$/.test(token)) return null;
  const timestamp = input.now.getTime();
  const delta = totp(input.secret).validate({ token, timestamp, window: WINDOW });
  return delta === null ? null : TOTP.counter({ period: PERIOD_SECONDS, timestamp }) + delta;
}

/** The address that an authenticator app reads from a QR code. */
export function totpUri(input: { secret: string; site: string; login: string }): string {
  return totp(input.secret, { issuer: input.site, label: input.login }).toString();
}

function totp(secret: string, names: { issuer?: string; label?: string } = {}): TOTP {
  return new TOTP({
    algorithm: 'SHA1',
    digits: DIGITS,
    period: PERIOD_SECONDS,
    secret: Secret.fromBase32(secret),
    ...names,
  });
}

/**
 * Seals a secret for the database: AES-256-GCM under a key derived from the portal's session secret,
 * so that a copy of the database alone makes no codes. It opens for this person only.
 */
export function sealTotpSecret(secret: string, userId: string, sessionSecret: string): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', sealingKey(sessionSecret), iv);
  cipher.setAAD(Buffer.from(userId));
  const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `1.${iv.toString('base64url')}.${sealed.toString('base64url')}`;
}

/** The secret again; null when it was sealed for somebody else or with another session secret. */
export function openTotpSecret(sealed: string, userId: string, sessionSecret: string): string | null {
  const [version, iv = '', body = ''] = sealed.split('.');
  const bytes = Buffer.from(body, 'base64url');
  if (version !== '1' || bytes.byteLength <= 16) return null;
  try {
    const decipher = createDecipheriv('aes-256-gcm', sealingKey(sessionSecret), Buffer.from(iv, 'base64url'));
    decipher.setAAD(Buffer.from(userId));
    decipher.setAuthTag(bytes.subarray(-16));
    return decipher.update(bytes.subarray(0, -16), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    return null;
  }
}

function sealingKey(sessionSecret: string): Buffer {
  const secret = Buffer.from(sessionSecret, 'hex');
  return Buffer.from(hkdfSync('sha256', secret, new Uint8Array(), 'hubgate totp 1', 32));
}
