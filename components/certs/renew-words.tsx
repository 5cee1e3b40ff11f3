import type { WIZARD_WORDS } from './wizard-words';

/** Sentences of a renewal, from the catalogue's `certs.renew`. */
export const RENEW_WORDS = [
  'submit',
  'passphraseHelp',
  'sentNow',
  'sentWaits',
  'phraseTitle',
  'phraseText',
  'aboutPhrase',
] as const;

/** What it shares with a request, from `certs.new`. */
export const SHARED_WORDS = [
  'note',
  'noteHelp',
  'optional',
  'passphrase',
  'makeOne',
  'short',
  'ascii',
  'passphraseMade',
  'keyKind',
  'keyKindP256',
  'keyKindRsa',
  'keyFailed',
  'csr',
  'csrHelp',
  'file',
  'fileHelp',
  'fileDrop',
  'tooLarge',
  'privateKey',
  'working',
  'noScript',
  'sentTitle',
  'linkTitle',
  'linkText',
  'aboutLink',
  'backupTitle',
  'backupText',
  'backupLostText',
  'backupSave',
  'backupSaved',
  'toRequest',
  'copy',
  'copied',
] as const satisfies readonly (typeof WIZARD_WORDS)[number][];

export type RenewWords = Record<(typeof RENEW_WORDS)[number] | (typeof SHARED_WORDS)[number], string>;
