import type { Locale } from './locales';
import { wantedLanguage } from './wanted-language';

/** What somebody chose at the foot of a page. No secret, and set on the plain http name too: so without `__Host-`. */
export const LANGUAGE_COOKIE = 'hubgate-lang';

/**
 * The language of an answer: what the address says, else what was chosen before, else the browser's
 * wish (RFC 9110 section 12.5.4), else the first that the site offers.
 *
 * @param offered `site.languages`
 */
export function languageOf(
  said: { address: string | null; cookie: string | undefined; acceptLanguage: string | null },
  offered: readonly Locale[],
): Locale {
  const chosen = [said.address, said.cookie].map((tag) => offered.find((locale) => locale === tag));
  return chosen.find((locale) => locale !== undefined) ?? wantedLanguage(said.acceptLanguage, offered);
}
