import { createHash } from 'node:crypto';

import type { Locale } from './locales';
import { translator } from './translator';

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
 * A page that is whole in itself: no script, no picture, no file that would have to be loaded. For the
 * moments in which nothing else can be, from processes that draw no other pages.
 *
 * @param input.words   plain text, one paragraph each
 * @param input.again   offers this very address once more
 * @param input.home    where the portal begins; null where no link leads on
 * @param input.number  for the help desk
 * @param input.reloadSeconds the page asks for itself again after so long; only where nothing can be lost
 */
export function barePage(input: {
  locale: Locale;
  site: { readonly name: string; readonly contact: string };
  title: string;
  words: readonly string[];
  again: boolean;
  home: string | null;
  number?: string;
  reloadSeconds?: number;
}): { headers: Record<string, string>; body: string } {
  const { locale, site, number, reloadSeconds } = input;
  const t = translator(locale);
  const title = escaped(input.title);
  // An empty reference is this very address (RFC 3986 section 4.4).
  const again = input.again ? `<a class="main" href="">${t('common.broken.again')}</a>` : '';
  const look = input.again ? '' : ' class="main"';
  const home =
    input.home === null ? '' : `<a${look} href="${escaped(input.home)}">${t('common.broken.start')}</a>`;
  return {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-language': locale,
      'cache-control': 'no-store',
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
    },
    body: [
      '<!doctype html>',
      `<html lang="${locale}"><head><meta charset="utf-8">`,
      '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">',
      reloadSeconds === undefined ? '' : `<meta http-equiv="refresh" content="${reloadSeconds}">`,
      `<title>${title} · ${escaped(site.name)}</title><style>${STYLE}</style></head>`,
      `<body><main id="main"><h1>${title}</h1>`,
      ...input.words.map((text) => `<p>${escaped(text)}</p>`),
      number === undefined ? '' : `<p><code>${escaped(number)}</code></p>`,
      again === '' && home === '' ? '' : `<p>${again}${home}</p>`,
      site.contact === '' ? '' : `<p>${t('common.footer.questions')} ${escaped(site.contact)}</p>`,
      '</main></body></html>',
    ]
      .filter((line) => line !== '')
      .join('\n')
      .concat('\n'),
  };
}

/** True when the caller can show a page: a browser says so, a program seldom. */
export function wantsPage(accept: string | null | undefined): boolean {
  return /\btext\/html\b/i.test(accept ?? '');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (letter) => ENTITIES[letter] ?? '');
