import type { Config } from '../config/schema';
import { barePage, wantsPage } from '../i18n/bare-page';
import { LANGUAGE_COOKIE, languageOf } from '../i18n/language-of';
import { translator } from '../i18n/translator';
import { readCookies } from './cookies';
import { addressLanguage } from './language';
import { SAID_HEADER, type SiteRefusal } from './site-routing';

/**
 * What a name of this site says of an address that it does not serve, in the visitor's language: a page
 * to browsers, two sentences to all others.
 */
export function nameRefusal(
  asked: { headers: Headers; search: URLSearchParams },
  refused: { why: SiteRefusal; requestId: string },
  { site }: Pick<Config, 'site'>,
): { headers: Record<string, string>; body: string } {
  const locale = languageOf(
    {
      address: addressLanguage(asked.search, site.languages),
      cookie: readCookies(asked.headers.get('cookie')).get(LANGUAGE_COOKIE),
      acceptLanguage: asked.headers.get('accept-language'),
    },
    site.languages,
  );
  const t = translator(locale);
  const title = t(`front.refused.${refused.why}.title`);
  const lede = t(`front.refused.${refused.why}.lede`, { url: site.url });
  const common = { 'cache-control': 'no-store', 'x-request-id': refused.requestId };
  if (!wantsPage(asked.headers.get('accept'))) {
    return {
      headers: { ...common, 'content-type': 'text/plain; charset=utf-8', 'content-language': locale },
      body: `${title}. ${lede}\n`,
    };
  }
  const page = barePage({ locale, site, title, words: [lede], again: false, home: site.url });
  // Its status has words already: bin/spoken-errors.mjs lets it pass.
  return { headers: { ...page.headers, ...common, [SAID_HEADER]: '1' }, body: page.body };
}
