import { describe, expect, it } from 'vitest';

import { ConfigSchema } from '../config/schema';
import { allowsSignIn, requestOrigin, showsPortal, siteRole } from './site';
import { routeFor, wantsJson } from './site-routing';

const two = ConfigSchema.parse({
  site: {
    url: 'https://hubs.example.org',
    gateUrl: 'https://gate.example.org',
    canaryUrl: 'https://canary.example.org',
    httpUrl: 'http://hubs.example.org',
  },
});
const one = ConfigSchema.parse({
  site: { ...two.site, gateUrl: 'https://hubs.example.org' },
});

describe('siteRole', () => {
  it.each([
    ['hubs.example.org', 'https', 'portal'],
    ['HUBS.example.org', 'https', 'portal'],
    ['hubs.example.org:443', 'https', 'portal'],
    ['gate.example.org', 'https', 'gate'],
    ['canary.example.org', 'https', 'canary'],
    ['hubs.example.org', 'http', 'http'],
    ['hubs.example.org:80', 'http', 'http'],
    ['hubs.example.org:8443', 'https', 'unknown'],
    ['gate.example.org', 'http', 'unknown'],
    ['evil.example', 'https', 'unknown'],
    ['hubs.example.org@evil.example', 'https', 'unknown'],
    ['', 'https', 'unknown'],
    [null, 'https', 'unknown'],
  ])('%s over %s is %s', (host, proto, role) => {
    expect(siteRole(host, proto, two)).toBe(role);
  });

  it('counts one name for everything as the gate: pages yes, sign-in no', () => {
    const role = siteRole('hubs.example.org', 'https', one);
    expect(role).toBe('gate');
    expect(showsPortal(role, one)).toBe(true);
    expect(allowsSignIn(role)).toBe(false);
  });

  it('refuses a host with a path or a login in it', () => {
    expect(requestOrigin('a/b', 'https')).toBeNull();
    expect(requestOrigin('a@b', 'https')).toBeNull();
  });
});

describe('routeFor', () => {
  const ask = (
    site: Parameters<typeof routeFor>[0]['site'],
    path: string,
    config = two,
    accept = 'text/html',
    wordless: string | null = null,
  ) => routeFor({ site, path, search: '?x=1', method: 'GET', accept, wordless, config });

  it.each([
    ['portal', '/', { kind: 'serve' }],
    ['portal', '/admin', { kind: 'serve' }],
    ['portal', '/status/cert-check', { kind: 'serve' }],
    ['http', '/', { kind: 'serve' }],
    ['http', '/ca', { kind: 'serve' }],
    ['http', '/certs', { kind: 'redirect', location: 'https://hubs.example.org/certs?x=1', status: 308 }],
    ['http', '/admin', { kind: 'redirect', location: 'https://hubs.example.org/admin?x=1', status: 308 }],
    ['gate', '/status/cert-check', { kind: 'serve' }],
    ['gate', '/', { kind: 'redirect', location: 'https://gate.example.org/status/cert-check', status: 307 }],
    ['gate', '/certs', { kind: 'redirect', location: 'https://hubs.example.org/certs?x=1', status: 307 }],
  ] as const)('on %s, %s', (site, path, expected) => {
    expect(ask(site, path)).toEqual(expected);
  });

  it.each(['/admin', '/admin/people', '/sign-in', '/setup'])(
    '%s is refused where hubs are served',
    (path) => {
      expect(ask('gate', path)).toMatchObject({ kind: 'refuse', status: 403 });
      expect(ask('gate', path, one)).toMatchObject({ kind: 'refuse', status: 403 });
    },
  );

  it('serves the portal on the gate in the one-name layout', () => {
    expect(ask('gate', '/certs', one)).toEqual({ kind: 'serve' });
  });

  it.each(['gate', 'portal', 'http', 'canary', 'unknown'] as const)(
    'the page that explains a refusal is one on %s too, whatever Host says',
    (site) => {
      for (const config of [two, one]) {
        expect(ask(site, '/gate-refused', config)).toEqual({
          kind: 'rewrite',
          path: '/gate-refused',
          status: 403,
        });
      }
    },
  );

  it.each([
    ['/no-such-page', '404', '/missing', 404],
    ['/certs/requests/R-00000000', '404', '/missing', 404],
    ['/hubs/gone', '404', '/missing/hub', 404],
    ['/hubs', '404', '/missing', 404],
    ['/admin/requests/R-00000000', '404', '/missing/admin', 404],
    ['/administrator', '404', '/missing', 404],
    ['/admin/people', '403', '/missing/forbidden', 403],
    // Typed by hand: no page of their own.
    ['/missing', null, '/missing', 404],
    ['/missing/forbidden', null, '/missing', 404],
  ] as const)('%s, which ended with %s and no words, is answered by %s', (path, wordless, page, status) => {
    expect(ask('portal', path, two, 'text/html', wordless)).toEqual({ kind: 'rewrite', path: page, status });
  });

  it('says nothing of an address that another name serves', () => {
    expect(ask('gate', '/admin/people', two, 'text/html', '404')).toMatchObject({ kind: 'refuse' });
    expect(ask('canary', '/x', two, 'text/html', '404')).toMatchObject({ kind: 'refuse' });
  });

  it('serves no page on the canary', () => {
    expect(ask('canary', '/')).toMatchObject({ kind: 'refuse', status: 404 });
  });

  it('gives programs the JSON of cert-check, browsers the page', () => {
    expect(ask('gate', '/status/cert-check', two, 'application/json')).toEqual({
      kind: 'rewrite',
      path: '/api/cert-check',
    });
    expect(wantsJson('text/html,application/xhtml+xml,application/json;q=0.1')).toBe(false);
    expect(wantsJson(null)).toBe(false);
  });
});
