import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { addressKey, visitorAddress } from './address';
import { readBody, parseJson } from './body';
import { readCookies } from './cookies';
import { holdStream } from './open-streams';
import { takeToken } from './rate-limit';
import { requestIdOf } from './request-id';
import { requesterCookieParts, requestIdsOf } from './requester-cookie';
import { safeNext } from './safe-next';
import { contentSecurityPolicy, strictTransport } from './security-headers';
import { limitSecondFactor, limitSetup, limitSignIn } from './sign-in-limits';
import { readToken, signToken } from './signed-token';
import { ConfigSchema } from '../config/schema';

describe('takeToken', () => {
  const limit = { name: 'test', burst: 3, perMinute: 60 };

  it('lets a burst through, then one per refill, and says how long to wait', () => {
    for (let call = 0; call < 3; call++) takeToken(limit, 'a', 1000);
    expect(() => takeToken(limit, 'a', 1000)).toThrow(
      expect.objectContaining({ code: 'http.too-many', params: { retryAfterSeconds: 1 } }),
    );
    expect(() => takeToken(limit, 'b', 1000)).not.toThrow();
    expect(() => takeToken(limit, 'a', 2000)).not.toThrow();
    expect(() => takeToken(limit, 'a', 2000)).toThrow();
  });

  it('does not refill when the clock goes back', () => {
    for (let call = 0; call < 3; call++) takeToken(limit, 'c', 10_000);
    expect(() => takeToken(limit, 'c', 0)).toThrow();
  });
});

describe('attempts to sign in', () => {
  const at = (seconds: number) => new Date(1_800_000_000_000 + seconds * 1000);

  it.each([
    [
      'login',
      (addressKey: string, now: Date) => limitSignIn({ addressKey, login: 'paula', device: null }, now),
    ],
    ['setup link', (address: string, now: Date) => limitSetup(address, now)],
  ])('of one address never keep somebody at another one out by their %s', (what, attempt) => {
    for (let second = 0; second < 300; second += 1) {
      for (let time = 0; time < 50; time += 1) {
        try {
          attempt(`mallory with a ${what}`, at(second));
        } catch {
          // Goes on as soon as the limit lets them.
        }
      }
      if (second % 30 === 0) expect(() => attempt(`home with a ${what}`, at(second))).not.toThrow();
    }
  });

  it('of many addresses at one login are slowed down', () => {
    const fromNet = (address: number) =>
      limitSignIn({ addressKey: `net-${address}`, login: 'carl', device: null }, at(0));
    const all = () => {
      for (let address = 0; address < 60; address += 1) fromNet(address);
    };
    expect(all).toThrow(expect.objectContaining({ code: 'http.too-many' }));
    // Carl's own machine has an allowance of its own, also behind the attacker's address, and an end.
    const athome = () => limitSignIn({ addressKey: 'net-1', login: 'carl', device: 'd1' }, at(0));
    for (let time = 0; time < 10; time += 1) expect(athome).not.toThrow();
    expect(athome).toThrow(expect.objectContaining({ code: 'http.too-many' }));
  });

  it('with a second factor are few for a person, and no address gets more', () => {
    const tried = Array.from({ length: 60 }, (_, second) => {
      try {
        limitSecondFactor('user-1', at(second));
        return true;
      } catch {
        return false;
      }
    });
    expect(tried.filter(Boolean).length).toBeLessThanOrEqual(12);
    expect(() => limitSecondFactor('user-2', at(0))).not.toThrow();
  });
});

describe('holdStream', () => {
  it('holds so many streams of one address, and others beside them; an ended one makes room', () => {
    const ends = Array.from({ length: 300 }, () => holdStream('class'));
    expect(() => holdStream('class')).toThrow(expect.objectContaining({ code: 'http.too-many' }));
    ends.push(holdStream('somebody else'));
    ends.shift()?.();
    ends.push(holdStream('class'));
    expect(() => holdStream('class')).toThrow();
    for (const end of ends) end();
    holdStream('class')();
  });
});

describe('the address of a visitor', () => {
  const headers = (value: string) => new Headers({ 'x-forwarded-for': value });

  it('is what the front wrote last, never what the client wrote before', () => {
    expect(visitorAddress(headers('10.0.0.1, 192.0.2.7'), 'socket')).toBe('192.0.2.7');
    expect(visitorAddress(headers('192.0.2.7'), null)).toBe('direct');
    expect(visitorAddress(headers('nonsense'), 'socket')).toBe('direct');
  });

  it('is kept as a keyed hash; IPv6 counts by /64', () => {
    const key = (address: string) => addressKey(address, 'secret');
    expect(key('2001:db8:0:1::1')).toBe(key('2001:db8:0:1:ffff::2'));
    expect(key('2001:0db8:0000:0001::1')).toBe(key('2001:db8:0:1::9'));
    expect(key('2001:db8:0:1::1')).not.toBe(key('2001:db8:0:2::1'));
    expect(key('192.0.2.7')).not.toBe(key('192.0.2.8'));
    expect(key('192.0.2.7')).not.toBe(addressKey('192.0.2.7', 'other'));
    expect(key('192.0.2.7')).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('a signed token', () => {
  const now = new Date('2026-01-01T00:00:00Z');
  const expiresAt = new Date('2026-01-01T00:01:00Z');
  const make = (payload: string) => signToken({ secret: 's', purpose: 'p', payload, expiresAt });

  it('gives its payload back until it ends, for its purpose and secret only', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 200, unit: 'grapheme' }), (payload) => {
        expect(readToken({ secret: 's', purpose: 'p', token: make(payload), now })).toBe(payload);
      }),
    );
    const token = make('x');
    expect(readToken({ secret: 't', purpose: 'p', token, now })).toBeNull();
    expect(readToken({ secret: 's', purpose: 'q', token, now })).toBeNull();
    expect(readToken({ secret: 's', purpose: 'p', token, now: expiresAt })).toBeNull();
  });

  it('is refused after any change of a character', () => {
    const token = make('R-7K3F9Q2M');
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (at, letter) => {
        fc.pre(token[at] !== letter);
        const changed = token.slice(0, at) + letter + token.slice(at + 1);
        const read = readToken({ secret: 's', purpose: 'p', token: changed, now });
        // The last base64url digit of 32 bytes has two bits that say nothing.
        expect(read === null || (at === token.length - 1 && read === 'R-7K3F9Q2M')).toBe(true);
      }),
    );
  });

  it('opens the request whose name its cookie carries, no other', () => {
    const { name, value } = requesterCookieParts('R-7K3F9Q2M', 's', now);
    expect(requestIdsOf(new Map([[name, value]]), 's', now)).toEqual(['R-7K3F9Q2M']);
    expect(requestIdsOf(new Map([['__Host-hubgate-r-R-00000000', value]]), 's', now)).toEqual([]);
    expect(requestIdsOf(new Map([[name, value]]), 'other', now)).toEqual([]);
  });
});

describe('reading what strangers send', () => {
  const request = (body: BodyInit) => new Request('https://x.example/', { method: 'POST', body });
  const limits = { maxBytes: 10, seconds: 1 };

  it('stops at the limit, announced or not', async () => {
    expect((await readBody(request('0123456789'), limits)).byteLength).toBe(10);
    await expect(readBody(request('0123456789a'), limits)).rejects.toMatchObject({ code: 'http.too-large' });
    const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(8)) });
    const streamed = new Request('https://x.example/', {
      method: 'POST',
      body: endless,
      duplex: 'half',
    } as RequestInit);
    await expect(readBody(streamed, limits)).rejects.toMatchObject({ code: 'http.too-large' });
  });

  it('does not wait for ever', async () => {
    const silent = new ReadableStream({ pull: () => new Promise<void>(() => undefined) });
    const slow = new Request('https://x.example/', {
      method: 'POST',
      body: silent,
      duplex: 'half',
    } as RequestInit);
    await expect(readBody(slow, { maxBytes: 10, seconds: 0.05 })).rejects.toMatchObject({
      code: 'http.malformed',
    });
  });

  it('never throws anything else for a body that is not JSON', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        try {
          parseJson(bytes);
        } catch (error) {
          expect(error).toMatchObject({ code: 'http.malformed' });
        }
      }),
    );
  });

  it('reads any Cookie header', () => {
    expect([...readCookies('a=1; b="2"; a=3; =x; novalue')]).toEqual([
      ['a', '1'],
      ['b', '2'],
    ]);
    fc.assert(fc.property(fc.string(), (header) => readCookies(header) instanceof Map));
  });

  it('takes harmless request ids only', () => {
    expect(requestIdOf('abcdefgh-1')).toBe('abcdefgh-1');
    for (const id of ['short', 'a b c d e f', 'x\ny'.repeat(5), 'é'.repeat(10), 'a'.repeat(65)]) {
      expect(requestIdOf(id)).toMatch(/^[0-9a-f]{24}$/);
    }
  });

  it.each([
    ['/admin', '/admin'],
    ['/certs?x=1', '/certs?x=1'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['https://evil.example', '/'],
    ['/a\nb', '/'],
    ['javascript:alert(1)', '/'],
    [undefined, '/'],
  ])('after signing in, %j leads to %s', (next, path) => {
    expect(safeNext(next, '/')).toBe(path);
  });
});

describe('the headers of a page', () => {
  it('allow no inline script and no third origin', () => {
    const config = ConfigSchema.parse({});
    const policy = contentSecurityPolicy('abc', config, config.site.url);
    expect(policy).not.toContain('unsafe-inline');
    expect(policy).not.toContain('unsafe-eval');
    expect(policy).toContain("script-src 'self' 'nonce-abc' 'strict-dynamic'");
    expect(policy).toContain("frame-ancestors 'none'");
    const origins = [...policy.matchAll(/https?:\/\/[^\s;]+/g)].map(([origin]) => origin);
    expect(new Set(origins)).toEqual(new Set([config.site.canaryUrl, config.site.gateUrl]));
  });

  it.each([
    ['https://hubs.example.org', 'max-age=31536000'],
    ['https://hubs.example.org:8443', null],
    ['https://localhost', null],
    ['https://gate.localhost', null],
    ['https://192.0.2.1', null],
    ['http://hubs.example.org', null],
    [null, null],
  ])('%s gets Strict-Transport-Security %s', (origin, value) => {
    expect(strictTransport(origin)).toBe(value);
  });
});
