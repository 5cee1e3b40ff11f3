import { createTranslator } from 'use-intl/core';

import type { Translate } from '../ctx';
import { MESSAGES } from './catalogue';
import type { Locale } from './locales';

const made = new Map<Locale, Translate>();

/**
 * Words of one language, by key such as `home.title`; ICU message syntax for plurals and dates.
 *
 * A missing key throws: the catalogues are complete or the build is wrong (a test compares them).
 */
export function translator(locale: Locale): Translate {
  const before = made.get(locale);
  if (before !== undefined) return before;
  const translate = createTranslator({
    locale,
    messages: MESSAGES[locale],
    timeZone: 'UTC',
    onError: (error) => {
      throw error;
    },
  });
  // Kept: each has a cache of its own for the sentences that it has parsed.
  const words: Translate = (key, values) => translate(key as never, values as never);
  made.set(locale, words);
  return words;
}
