/** The languages of the pages and mails, each a folder of lib/i18n/messages. The first is the one that the code is written in. */
export const LOCALES = ['en', 'es'] as const;
export type Locale = (typeof LOCALES)[number];
