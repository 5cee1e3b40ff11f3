import type { Locale } from '../i18n/locales';
import { LANGUAGE_COOKIE } from '../i18n/language-of';

const COOKIE_SECONDS = 365 * 86_400;

/** `?lang=es`: the choice, as a link that needs no script. */
export const LANGUAGE_PARAMETER = 'lang';

/** How proxy.ts hands on to a page what its address says. */
export const LANGUAGE_HEADER = 'x-hubgate-lang';

/** The page's own path and query as visitors see them, for links to the same page in another language. */
export const HERE_HEADER = 'x-hubgate-here';

/** The language that an address names, where the site offers it; null elsewhere. */
export function addressLanguage(search: URLSearchParams, offered: readonly Locale[]): Locale | null {
  return offered.find((locale) => locale === search.get(LANGUAGE_PARAMETER)) ?? null;
}

/** Keeps a choice for a year, in this browser. */
export function languageCookie(locale: Locale): string {
  return `${LANGUAGE_COOKIE}=${locale}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${COOKIE_SECONDS}`;
}

/** The same page in another language. @param here path and query, as in HERE_HEADER */
export function inLanguage(here: string, locale: Locale): string {
  const at = here.indexOf('?');
  const query = new URLSearchParams(at < 0 ? '' : here.slice(at + 1));
  query.set(LANGUAGE_PARAMETER, locale);
  return `${at < 0 ? here : here.slice(0, at)}?${query.toString()}`;
}
