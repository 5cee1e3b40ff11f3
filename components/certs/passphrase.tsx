/** Long enough that guessing is hopeless even offline, for a phrase that a person chose. */
export const PASSPHRASE_MIN = 14;

/** What is wrong with a passphrase; null when nothing is. Java refuses .p12 passphrases beyond ASCII. */
export function passphraseProblem(passphrase: string): 'short' | 'ascii' | null {
  if (/[^\x20-\x7e]/u.test(passphrase)) return 'ascii';
  return passphrase.length < PASSPHRASE_MIN ? 'short' : null;
}

/** 32 letters and digits that cannot be mistaken for one another. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';

/** Four groups of five: 100 bits. */
export function makePassphrase(): string {
  const letters = [...crypto.getRandomValues(new Uint8Array(20))].map((byte) => ALPHABET[byte % 32]).join('');
  return (letters.match(/.{5}/gu) ?? []).join('-');
}
