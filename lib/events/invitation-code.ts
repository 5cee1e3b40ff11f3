import { randomBytes } from 'node:crypto';

/** Crockford's base32, as in request ids: a card's code is typed by hand, on the computer that has no camera. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** Of 5 bits each: 100 bits are beyond guessing, also for who has the hashes. */
const LENGTH = 20;
const CODE = /^[0-9A-HJKMNP-TV-Z]{20}$/;

/** The secret of an invitation. Shown once; only its hash is stored. */
export function newInvitationCode(): string {
  return [...randomBytes(LENGTH)].map((byte) => ALPHABET.charAt(byte & 31)).join('');
}

/** In groups of five, to be read and typed. */
export function groupedCode(code: string): string {
  return code.replaceAll(/.{5}(?=.)/g, '$&-');
}

/**
 * What somebody pasted or typed, as a code: the whole link, groups, lower case, and the letters that
 * Crockford reads as digits. Null when it cannot be one.
 */
export function readInvitationCode(text: string): string | null {
  if (text.length > 500) return null;
  const code = text
    .trim()
    .replace(/^.*#s=/su, '')
    .toUpperCase()
    .replaceAll(/[\s-]/g, '')
    .replaceAll(/[IL]/g, '1')
    .replaceAll('O', '0');
  return CODE.test(code) ? code : null;
}
