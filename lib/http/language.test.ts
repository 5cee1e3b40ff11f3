import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { LOCALES, type Locale } from '../i18n/locales';
import { languageOf } from '../i18n/language-of';
import { addressLanguage, inLanguage, languageCookie } from './language';
import { wantedLanguage } from '../i18n/wanted-language';
import { pagePath } from './site-routing';

describe('the language that a browser wishes', () => {
  it.each<[header: string | null, offered: readonly Locale[], language: Locale, why: string]>([
    [null, ['en', 'es'], 'en', 'no header: the first of the site'],
    [null, ['es', 'en'], 'es', 'the site decides which is the first'],
    ['es', ['en', 'es'], 'es', 'a plain wish'],
    ['es-CL', ['en', 'es'], 'es', 'a region finds its language'],
    ['ES-cl', ['en', 'es'], 'es', 'tags have no case'],
    ['es-CL,es;q=0.9,en;q=0.8', ['en', 'es'], 'es', 'what a browser in Chile sends'],
    ['en;q=0.5, es;q=0.9', ['en', 'es'], 'es', 'weight before order'],
    ['en;q=0.8,es;q=0.8', ['es', 'en'], 'en', 'of equal weights the first named'],
    ['es ; q=0.2 , en ; q=0.1', ['en', 'es'], 'es', 'white space'],
    ['de, fr;q=0.5', ['en', 'es'], 'en', 'nothing that is offered'],
    ['de, es;q=0.1', ['en', 'es'], 'es', 'better a little than the default'],
    ['*', ['es', 'en'], 'es', 'anything: the first'],
    ['en;q=0.3, *', ['en', 'es'], 'es', '* stands for those not named'],
    ['*, en;q=0.3', ['en'], 'en', '* does not hide the only one'],
    ['en;q=0', ['en', 'es'], 'es', 'q=0 rules a language out'],
    ['en;q=0.000, *;q=0.1', ['en', 'es'], 'es', 'q=0 with digits'],
    ['en;q=0, es;q=0', ['en', 'es'], 'en', 'none is wanted: the first all the same'],
    ['es;q=2, en;q=0.1', ['en', 'es'], 'en', 'a weight above 1 is no weight'],
    ['es;q=x, en-GB', ['es', 'en'], 'en', 'one that cannot be read is passed over'],
    ['español', ['en', 'es'], 'en', 'no language tag'],
  ])('%s of %j is %s: %s', (header, offered, language) => {
    expect(wantedLanguage(header, offered)).toBe(language);
  });

  it('reads no further than a browser would write, in no time, whatever stands there', () => {
    const long = `${'x-'.repeat(500_000)},es`;
    const began = performance.now();
    expect(wantedLanguage(long, ['en', 'es'])).toBe('en');
    expect(wantedLanguage(`es;q=0.9,${'a,'.repeat(500_000)}`, ['en', 'es'])).toBe('es');
    expect(wantedLanguage(`${' '.repeat(1_000_000)}es`, ['en', 'es'])).toBe('en');
    expect(performance.now() - began).toBeLessThan(500);
  });

  it('is always one that the site offers', () => {
    const offered = fc.shuffledSubarray([...LOCALES], { minLength: 1 });
    const range = fc
      .tuple(
        fc.constantFrom('en', 'es-CL', 'de', '*'),
        fc.constantFrom('', ';q=0', ';q=0.5', ';q=1.000', ';q=2'),
      )
      .map((parts) => parts.join(''));
    const header = fc.oneof(
      fc.string({ maxLength: 60 }),
      fc.array(range, { maxLength: 8 }).map((ranges) => ranges.join(', ')),
    );
    fc.assert(
      fc.property(header, offered, (text, some) => {
        expect(some).toContain(wantedLanguage(text, some));
      }),
    );
  });
});

describe('what somebody chose', () => {
  const offered: Locale[] = ['en', 'es'];

  it.each<[address: string | null, cookie: string | undefined, browser: string, Locale, why: string]>([
    ['es', 'en', 'en', 'es', 'the address before all else'],
    [null, 'es', 'en', 'es', 'the cookie before the browser'],
    [null, undefined, 'es', 'es', 'the browser without a choice'],
    ['xx', 'es', 'en', 'es', 'an address that names nothing offered'],
    [null, 'xx', 'es', 'es', 'a cookie of a language that is gone'],
    [null, 'es; Path=/', 'en', 'en', 'a cookie that somebody made up'],
  ])('address %s, cookie %s, browser %s: %s (%s)', (address, cookie, acceptLanguage, language) => {
    expect(languageOf({ address, cookie, acceptLanguage }, offered)).toBe(language);
  });

  it('does not count where the site does not offer it', () => {
    expect(languageOf({ address: 'es', cookie: 'es', acceptLanguage: 'es' }, ['en'])).toBe('en');
    expect(addressLanguage(new URLSearchParams('lang=es'), ['en'])).toBeNull();
  });

  it('is read from ?lang, exactly as written', () => {
    const said = (query: string) => addressLanguage(new URLSearchParams(query), offered);
    expect([said('lang=es'), said('lang=ES'), said('lang='), said(''), said('x=1&lang=en')]).toEqual([
      'es',
      null,
      null,
      null,
      'en',
    ]);
  });

  it('is kept for a year, for this browser, out of reach of scripts', () => {
    expect(languageCookie('es')).toBe('hubgate-lang=es; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000');
  });

  it('leads to the same page with the rest of its query', () => {
    expect(inLanguage('/', 'es')).toBe('/?lang=es');
    expect(inLanguage('/hubs?q=a%26b&lang=en', 'es')).toBe('/hubs?q=a%26b&lang=es');
    expect(inLanguage('/certs/new?way=paste', 'en')).toBe('/certs/new?way=paste&lang=en');
  });

  it('leads from what the gate shows instead of a hub to a page that stands by itself', () => {
    expect(pagePath('/gate-refused', '?reason=expired')).toBe('/status/cert-check');
    expect(pagePath('/gate-hub-down', '?hub=astro')).toBe('/status/cert-check');
    expect(pagePath('/gate-no-hub/astro', '')).toBe('/status/cert-check');
    expect(pagePath('/hubs', '?q=astro')).toBe('/hubs?q=astro');
  });
});
