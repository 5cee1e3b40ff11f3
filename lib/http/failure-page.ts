import { createHash } from 'node:crypto';

import type { Config } from '../config/schema';
import { translator } from '../i18n/translator';
import { readCookies } from './cookies';
import { LANGUAGE_COOKIE, languageOf } from './language';
import { requestIdOf } from './request-id';

const STYLE = [
  ':root{color-scheme:light dark}',
  'body{margin:0;background:#fbfaf7;color:#1b1f24;font:1rem/1.5rem "IBM Plex Sans",system-ui,sans-serif}',
  'main{max-width:42rem;margin:0 auto;padding:3rem 1rem}',
  'h1{font-size:1.75rem;line-height:2.25rem;margin:0 0 1rem}',
  'p{margin:0 0 1rem;max-width:68ch}',
  'code{font-family:"IBM Plex Mono",ui-monospace,monospace;overflow-wrap:anywhere}',
  'a{color:#0b5a5e}',
  '.main{display:inline-block;padding:.5rem 1rem;margin:0 1rem .5rem 0;border-radius:4px;background:#0b5a5e;color:#fff;text-decoration:none}',
  '@media(prefers-color-scheme:dark){body{background:#12171a;color:#e8e6e1}a{color:#6fc3c4}.main{background:#6fc3c4;color:#12171a}}',
].join('');

const POLICY =
  `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; ` +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

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
  const title = t('common.broken.title');
  const contact =
    site.contact === '' ? '' : `<p>${t('common.footer.questions')} ${escaped(site.contact)}</p>`;
  return {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-language': locale,
      'cache-control': 'no-store',
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'x-request-id': requestIdOf(requestId),
    },
    body: [
      '<!doctype html>',
      `<html lang="${locale}"><head><meta charset="utf-8">`,
      '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">',
      `<title>${title} · ${escaped(site.name)}</title><style>${STYLE}</style></head>`,
      `<body><main id="main"><h1>${title}</h1><p>${t('common.broken.lede')}</p>`,
      `<p><code>${escaped(requestIdOf(requestId))}</code></p>`,
      // An empty reference is this very address (RFC 3986 section 4.4).
      `<p><a class="main" href="">${t('common.broken.again')}</a><a href="/">${t('common.broken.start')}</a></p>`,
      `${contact}</main></body></html>\n`,
    ].join('\n'),
  };
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (letter) => ENTITIES[letter] ?? '');
