// Written by scripts/check-messages.mjs from the files of lib/i18n/messages.
import type { Locale } from './locales';
import en from './messages/en.json';
import es from './messages/es.json';

/** All words of the pages and mails; scripts/check-messages.mjs holds every language against English. */
export const MESSAGES: Record<Locale, typeof en> = { en, es };
