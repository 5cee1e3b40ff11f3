/** Sentences of the pick-up, from the catalogue's `certs.pickup`. */
export const PICKUP_WORDS = [
  'looking',
  'found',
  'missing',
  'backup',
  'backupHelp',
  'passphrase',
  'passphraseHelp',
  'make',
  'working',
  'wrongPassphrase',
  'asciiOnly',
  'notAKey',
  'otherKey',
  'failed',
  'done',
  'form',
  'modern',
  'legacy',
  'formHelp',
] as const;
export type PickUpWords = Record<(typeof PICKUP_WORDS)[number], string>;
