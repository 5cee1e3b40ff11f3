import { describe, expect, it } from 'vitest';

import { ConfigSchema } from '../config/schema';
import { nameRefusal } from './name-refusal';
import type { SiteRefusal } from './site-routing';

const config = ConfigSchema.parse({ site: { name: 'Centre', url: 'https://hubs.example.org' } });

const said = (why: SiteRefusal, headers: Record<string, string>, query = '') =>
  nameRefusal(
    { headers: new Headers(headers), search: new URLSearchParams(query) },
    { why, requestId: 'abcdef0123456789' },
    config,
  );

describe('a name that does not serve an address', () => {
  it.each([
    ['canary', 'Nothing is served on this name', 'Con este nombre no se ofrece nada'],
    ['portal-only', 'on the portal’s own name only', 'solo con el nombre propio del portal'],
    ['one-name', 'Signing in is off on this name', 'no se puede iniciar sesión'],
  ] as const)('says so as a page, in the language of the visitor: %s', (why, english, spanish) => {
    const page = said(why, { accept: 'text/html', 'accept-language': 'es-CL' });
    expect(page.body).toContain('<html lang="es">');
    expect(page.body).toContain(spanish);
    expect(page.body).toContain('href="https://hubs.example.org"');
    expect(page.headers).toMatchObject({ 'x-hubgate-said': '1', 'x-request-id': 'abcdef0123456789' });
    expect(said(why, { accept: 'text/html' }).body).toContain(english);
  });

  it('goes by what was chosen before the wish of the browser', () => {
    const headers = { accept: 'text/html', 'accept-language': 'en', cookie: 'hubgate-lang=es' };
    expect(said('canary', headers).body).toContain('<html lang="es">');
    expect(said('canary', headers, 'lang=en').body).toContain('<html lang="en">');
  });

  it('says it in a line to programs', () => {
    const { headers, body } = said('canary', { accept: '*/*' });
    expect(headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(body).toMatch(/^Nothing is served on this name\. .+https:\/\/hubs\.example\.org\n$/);
  });
});
