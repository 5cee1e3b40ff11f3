import { createHash, randomInt } from 'node:crypto';

/** Crockford's base32: nothing that looks like something else when it is copied from paper. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CODES = 10;
/** 80 bits: out of reach of guessing, also of a stolen hash. */
const LENGTH = 16;

/** Ten codes for the drawer at home: `7K3F-9Q2M-…`. Shown once; only hashes are kept. */
export function newRecoveryCodes(): string[] {
  const one = () => Array.from({ length: LENGTH }, () => ALPHABET.charAt(randomInt(32))).join('');
  return Array.from({ length: CODES }, () => one().replace(/.{4}(?!$)/g, '$&-'));
}

/** What is stored of a code; null for what has not a code's shape. Hyphens, blanks and case do not count. */
export function recoveryCodeHash(userId: string, typed: string): string | null {
  const code = typed.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
  if (!/^[0-9A-HJKMNP-TV-Z]{16}$/.test(code)) return null;
  return createHash('sha256').update(`${userId}\n${code}`).digest('hex');
}
