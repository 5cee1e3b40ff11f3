import type { KnownRequester } from '#lib/requests/known-requester';

import { PREVIEW_WORDS, type PreviewWords } from './preview-table';

/** Sentences of the wizard, from the catalogue's `certs.new`. */
export const WIZARD_WORDS = [
  'name',
  'nameHelp',
  'nameFromAccount',
  'nameMissing',
  'nameFine',
  'nameOptional',
  'nameFromCsr',
  'email',
  'emailHelp',
  'emailHelpKnown',
  'emailHelpNoMail',
  'names',
  'namesHelp',
  'contact',
  'contactHelp',
  'device',
  'deviceHelp',
  'note',
  'noteHelp',
  'optional',
  'passphrase',
  'passphraseHelp',
  'makeOne',
  'short',
  'ascii',
  'passphraseMade',
  'keyKind',
  'keyKindP256',
  'keyKindRsa',
  'keyFailed',
  'noCrypto',
  'noCryptoLink',
  'csr',
  'csrHelp',
  'file',
  'fileHelp',
  'fileDrop',
  'tooLarge',
  'privateKey',
  'continue',
  'working',
  'preview',
  'previewNote',
  'send',
  'change',
  'changeNoScript',
  'checks',
  'noScript',
  'yourKey',
  'sentTitle',
  'sentLede',
  'sentLeft',
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
] as const;

export type WizardWords = Record<(typeof WIZARD_WORDS)[number], string> & {
  table: PreviewWords;
  draft: string;
  userCertificate: string;
  serverCertificate: string;
  /** What the slip asks the catalogue for. */
  slip: Record<string, string>;
};
export { PREVIEW_WORDS };

export const SLIP_WORDS = [
  'common.copy',
  'common.copied',
  'common.slip.draftOf',
  'common.slip.subject',
  'common.slip.email',
  'common.slip.issuer',
  'common.slip.validity',
  'common.slip.fingerprintOf',
  'common.validity.days',
  'common.validity.fromSigning',
  'common.validity.planLabel',
  'common.validity.signing',
  'common.validity.daysLater',
] as const;

/** What the wizard needs to know of the site. */
export type WizardFacts = {
  locale: string;
  siteUrl: string;
  canaryUrl: string;
  /** The account pattern, for a remark while typing; the server decides. */
  accountPattern: string;
  mail: boolean;
  organisation: string;
  signingCn: string;
  /** What need not be typed by who is signed in. */
  known: Omit<KnownRequester, 'silent'>;
  /** By an invitation: address and note are the event's, and not asked for. */
  invited?: boolean;
};
