import type { Config } from '../config/schema';
import { LOCALES, type Locale } from './locales';

/** The language of mails to those whose own is not known: the first that the site offers. */
export function siteLanguage({ site }: Pick<Config, 'site'>): Locale {
  return site.languages[0] ?? LOCALES[0];
}
