import { hash, verify } from '@node-rs/argon2';

import { HubgateError } from '../errors';

/** RFC 9106 section 4, second recommendation scaled to OWASP's minimum: 19 MiB, 2 passes, 1 lane. */
const ARGON2ID = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export const PASSWORD_MIN = 12;
export const PASSWORD_MAX = 256;

const COMMON = [
  'password',
  'passwort',
  'contraseña',
  'qwerty',
  'letmein',
  'welcome',
  'administrator',
  '123456',
];

/**
 * NIST SP 800-63B section 5.1.1.2: length counts, composition rules do not; guessable ones are refused.
 *
 * @throws {HubgateError} `auth.weak-password`
 */
export function checkPassword(password: string, person: { login: string; displayName: string }): void {
  const refuse = (message: string): never => {
    throw new HubgateError('auth.weak-password', message, { field: 'password' });
  };
  if (password.length < PASSWORD_MIN)
    refuse(`The password has ${password.length} characters; use ${PASSWORD_MIN} or more.`);
  if (password.length > PASSWORD_MAX) refuse(`The password is longer than ${PASSWORD_MAX} characters.`);
  if (new Set(password).size < 5) refuse('The password repeats a few characters. Use several words.');
  const plain = password.toLowerCase();
  const own = [person.login, ...person.displayName.split(/\s+/)].map((word) => word.toLowerCase());
  const guessed = [...COMMON, ...own]
    .filter((word) => word.length >= 4)
    .reduce((rest, word) => rest.replaceAll(word, ''), plain);
  if (guessed.replace(/[\d\W_]/g, '').length < 4) {
    refuse('The password is made of well-known words, your own name, or digits. Use several other words.');
  }
}

export function hashPassword(password: string): Promise<string> {
  return hash(password, ARGON2ID);
}

let decoy: Promise<string> | null = null;

/** True when the password belongs to the hash. An unknown user (null) takes as long as a wrong password. */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  decoy ??= hashPassword('there is nobody with this password');
  const against = stored ?? (await decoy);
  if (password.length > PASSWORD_MAX) return false;
  const right = await verify(against, password).catch(() => false);
  return stored !== null && right;
}
