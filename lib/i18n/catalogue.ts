// Written by `node scripts/check-messages.mjs --write` from the folders of lib/i18n/messages.
import type { Locale } from './locales';
import { messages as en } from './messages/en/all';
import { messages as es } from './messages/es/all';

/** All words of the pages and mails; scripts/check-messages.mjs holds every language against English. */
export const MESSAGES: Record<Locale, typeof en> = { en, es };
