import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseConfig } from '../config/load';
import { decideGate, upstreamGuard } from './gate-decision';
import { planListeners, servedOverHttp } from './listeners';
import { clientHeaders, hstsFor, hubHeaders, portalHeaders, withoutPortalCookies } from './request-headers';
import type { ShownCertificate } from './shown-certificate';

const shown = (commonName: string | null, serial = '0A', units: string[] = []): ShownCertificate => ({
  verify: 'SUCCESS',
  pem: 'x',
  subject: 's',
  issuer: 'i',
  serial,
  commonName,
  units,
  notBefore: '',
  notAfter: '',
});
const maps = (access: string, revoked = 'complete yes') => ({
  hubs: new Map([['astro', 'http://127.0.0.1:1']]),
  access: new Map(access.split('\n').map((line) => line.split(' ') as [string, string])),
  revoked: new Map(revoked.split('\n').map((line) => line.split(' ') as [string, string])),
});
const any = () => true;

function request(rawHeaders: string[]): IncomingMessage {
  const message = new IncomingMessage(new Socket());
  message.rawHeaders = rawHeaders;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    message.headers[(rawHeaders[index] ?? '').toLowerCase()] = rawHeaders[index + 1] ?? '';
  }
  return message;
}

describe('decideGate', () => {
  it.each([
    [['NLHPC'], 'hub'],
    [['Other', 'NLHPC'], 'hub'],
    [['a', 'b', 'c', 'NLHPC'], 'refused'],
    [['nlhpc'], 'refused'],
    [[], 'refused'],
  ])('lets everybody of a listed unit in: %j -> %s', (units, to) => {
    expect(decideGate('/astro/', shown('eve', '0A', units), maps('ou:astro/NLHPC yes'), any).to).toBe(to);
  });

  it('takes no name for a unit', () => {
    for (const name of ['ou:astro/NLHPC', 'NLHPC', '/NLHPC', '=version'])
      expect(decideGate('/astro/', shown(name), maps('ou:astro/NLHPC yes'), any).to).toBe('refused');
  });

  it.each([
    ['astro any', shown('alice'), 'hub'],
    ['astro any', shown(null), 'refused'],
    ['astro/alice yes', shown('alice'), 'hub'],
    ['astro/alice yes', shown('alic'), 'refused'],
    ['astro/alice yes', shown('*'), 'refused'],
    ['astro/alice yes', shown('../alice'), 'refused'],
    ['astro/alice yes', shown(null), 'refused'],
    ['astro/alice no', shown('alice'), 'refused'],
    ['astro/alice no\nastro any', shown('alice'), 'refused'],
    ['astro/alice no\nastro any', shown('bob'), 'hub'],
    ['astro/alice no\nou:astro/U yes', shown('alice', '0A', ['U']), 'refused'],
    ['astro/alice no\nou:astro/U yes', shown('bob', '0A', ['U']), 'hub'],
    ['astro ANY', shown('alice'), 'refused'],
    ['astro any', { verify: 'NONE' } as const, 'refused'],
  ])('with "%s" and %j goes to %s', (access, certificate, to) => {
    expect(decideGate('/astro/x', certificate, maps(access), any).to).toBe(to);
  });

  it.each([
    ['0A', 'complete yes\n0A revoked', 'revoked'],
    ['0B', 'complete yes\n0A revoked', null],
    ['0B', '0A revoked', 'revocations-unknown'],
    ['0B', 'complete no', 'revocations-unknown'],
  ])('serial %s under %j: %s', (serial, revoked, why) => {
    const decision = decideGate('/astro', shown('alice', serial), maps('astro any', revoked), any);
    expect('why' in decision ? decision.why : null).toBe(why);
  });

  it('admits nobody while a map is missing', () => {
    const all = maps('astro any');
    expect(decideGate('/astro', shown('a'), { ...all, access: null }, any).to).toBe('refused');
    expect(decideGate('/astro', shown('a'), { ...all, revoked: null }, any).to).toBe('refused');
    expect(decideGate('/astro', shown('a'), { ...all, hubs: null }, any).to).toBe('portal');
  });

  it('never sends a target to a hub whose segment it does not begin with, or that climbs', () => {
    fc.assert(
      fc.property(fc.string(), (tail) => {
        const target = `/${tail}`;
        const decision = decideGate(target, shown('a'), maps('astro any'), any);
        if (decision.to !== 'hub') return;
        expect(target).toMatch(/^\/astro(?:[/?]|$)/);
        expect(
          decodeURIComponent(
            (target.split('?')[0] ?? '')
              .replace(/%(?![0-9a-f]{2})/gi, '%25')
              .replace(/%[89a-f][0-9a-f]/gi, 'x'),
          ),
        ).not.toMatch(/[/\\]\.\.?(?:[/\\]|$)/);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['http://127.0.0.1:8000', true],
    ['http://10.0.0.9:80', true],
    ['http://10.0.0.8:80', false],
    ['https://127.0.0.1:8000', false],
    ['http://127.0.0.1:80@evil', false],
    ['http://127.0.0.1', false],
  ])('routes to %s: %s', (upstream, may) => {
    expect(upstreamGuard(['http://10.0.0.9:80'])(upstream)).toBe(may);
  });
});

describe('headers', () => {
  const arrival = { proto: 'https', peerAddress: '192.0.2.1', shown: { verify: 'NONE' } } as const;
  const name = fc.oneof(
    fc.constantFrom(
      'X-SSL-Client-Verify',
      'x_ssl_client_cert',
      'X-Hubgate_Front',
      'Connection',
      'Forwarded',
      'x-forwarded_for',
      'X_SCHEME',
      'Cookie',
      'Client-Cert',
      'Host',
    ),
    fc.stringMatching(/^[A-Za-z_-]{1,20}$/),
  );
  const value = fc.oneof(
    fc.constantFrom('x-scheme', 'x-ssl-client-verify, host', '__Host-hubgate-x=1; a=2'),
    fc.stringMatching(/^[ -~]{0,30}$/),
  );

  it('of any client never pass for ours, and never make ours vanish', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value)), (pairs) => {
        const message = request(pairs.flat());
        const out = portalHeaders(message, arrival, 'secret');
        expect(out).toMatchObject({
          'x-ssl-client-verify': 'NONE',
          'x-forwarded-for': '192.0.2.1',
          'x-scheme': 'https',
          'x-hubgate-front': 'secret',
        });
        const like = Object.keys(clientHeaders(message)).filter((key) =>
          /^(x-ssl|x-hubgate|x-forwarded|x-scheme|forwarded$|client-cert)/.test(key.replaceAll('_', '-')),
        );
        expect(like).toEqual([]);
        const toHub = hubHeaders(message, arrival);
        expect(toHub['x-hubgate-front']).toBeUndefined();
        expect(String(toHub['cookie'] ?? '')).not.toMatch(/(?:^|; ?)__Host-hubgate/i);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['a=1; __Host-hubgate-r-R-1=x; b=2', 'a=1; b=2'],
    ['__host-HUBGATE=x', ''],
    ['__Secure-next-auth.session-token=x; jupyterhub-session-id=y', 'jupyterhub-session-id=y'],
    ['a="__Host-hubgate=1"', 'a="__Host-hubgate=1"'],
  ])('of cookies %j a hub sees %j', (sent, seen) => {
    expect(withoutPortalCookies(sent)).toBe(seen);
  });

  it.each([
    ['https://hubs.example.org', 'max-age=31536000'],
    ['https://hubs.example.org:8443', null],
    ['https://localhost', null],
    ['https://gate.localhost', null],
    ['https://192.0.2.1', null],
  ])('HSTS for %s is %s', (origin, header) => {
    expect(hstsFor(origin)).toBe(header);
  });
});

describe('planListeners', () => {
  it('opens three ports for the defaults, portal and canary on one', () => {
    const plans = planListeners(parseConfig('', 'test'));
    expect(plans.map(({ kind, port }) => [kind, port])).toEqual([
      ['http', 8080],
      ['portal', 8443],
      ['gate', 8444],
    ]);
  });

  it('asks for certificates on the only name, and gives the canary a port that does not', () => {
    const text = '[site]\ngateUrl = "https://localhost:8443"\ncanaryUrl = "https://canary.localhost:8445"';
    expect(planListeners(parseConfig(text, 'test')).map(({ kind, port }) => [kind, port])).toEqual([
      ['http', 8080],
      ['one-name', 8443],
      ['portal', 8445],
    ]);
  });

  it.each([
    ['/', true],
    ['/ca', true],
    ['/ca/x?y', true],
    ['/status?x', true],
    ['/cab', false],
    ['/status/', false],
    ['/ca/./x', false],
    ['/_next/../admin', false],
  ])('serves %s over http: %s', (path, served) => {
    expect(servedOverHttp(path)).toBe(served);
  });
});
