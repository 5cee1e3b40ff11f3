import type { Config } from '../config/schema';
import { barePage } from '../i18n/bare-page';
import { LANGUAGE_COOKIE, languageOf } from '../i18n/language-of';
import { translator } from '../i18n/translator';
import { readCookies } from './cookies';
import { requestIdOf } from './request-id';

/**
 * The page for 500: what happened, what to do, and a number for the help desk, in the visitor's
 * language. It is whole in itself and needs the configuration and the catalogue only: no database, no
 * script, no file that would have to be loaded.
 *
 * @param headers   of the request that failed
 * @param requestId stands in the log beside the cause
 */
export function failurePage(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  requestId: string,
  { site }: Pick<Config, 'site'>,
): { headers: Record<string, string>; body: string } {
  const one = (name: string) => (typeof headers[name] === 'string' ? headers[name] : null);
  const locale = languageOf(
    {
      address: one('x-hubgate-lang'),
      cookie: readCookies(one('cookie')).get(LANGUAGE_COOKIE),
      acceptLanguage: one('accept-language'),
    },
    site.languages,
  );
  const t = translator(locale);
  const page = barePage({
    locale,
    site,
    title: t('common.broken.title'),
    words: [t('common.broken.lede')],
    again: true,
    home: '/',
    number: requestIdOf(requestId),
  });
  return { ...page, headers: { ...page.headers, 'x-request-id': requestIdOf(requestId) } };
}
