// Written by scripts/check-messages.mjs from the files of lib/i18n/messages.
/** The languages of the pages and mails. The first is the one that the code is written in. */
export const LOCALES = ['en', 'es'] as const;
export type Locale = (typeof LOCALES)[number];
