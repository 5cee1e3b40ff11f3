import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ConfigSchema } from '../config/schema';
import { cookieTag, ownCookies, tagCookies, wireName } from './cookies';

const house = (url: string, session: string) => ({
  config: ConfigSchema.parse({ site: { url } }),
  secrets: { front: '', canary: '', quota: '', session },
});
const evaluation = house('https://localhost:8443', 'a'.repeat(64));
const demo = house('https://localhost:8453', 'b'.repeat(64));
const NAME = '__Host-hubgate-session';

describe('cookies of two portals under one host name', () => {
  it('have names of their own: neither reads nor replaces the other’s', () => {
    const [mine, theirs] = [cookieTag(evaluation), cookieTag(demo)];
    expect(mine).toMatch(/^[0-9a-f]{6}$/);
    expect(theirs).not.toBe(mine);
    const header = `${wireName(NAME, theirs)}=demo; ${wireName(NAME, mine)}=mine; x=1`;
    expect([...ownCookies(header, mine)]).toEqual([
      [NAME, 'mine'],
      ['x', '1'],
    ]);
    expect(ownCookies(header, theirs).get(NAME)).toBe('demo');
    expect(ownCookies(`${NAME}=without`, mine).has(NAME)).toBe(false);
  });

  it('keep their plain names where the address has no port', () => {
    const tag = cookieTag(house('https://hubs.example.org', 'a'.repeat(64)));
    expect(wireName(NAME, tag)).toBe(NAME);
    expect(ownCookies(`${NAME}=1`, tag).get(NAME)).toBe('1');
  });

  it('get their names once, and their attributes stay as __Host- wants them', () => {
    const answer = new Response(null, { headers: [['set-cookie', 'jupyterhub=1; Path=/hub']] });
    answer.headers.append('set-cookie', `${NAME}=v=1.2; Path=/; Secure; HttpOnly`);
    const twice = tagCookies(tagCookies(answer, 'abc123'), 'abc123');
    expect(twice.headers.getSetCookie()).toEqual([
      'jupyterhub=1; Path=/hub',
      `${NAME}.abc123=v=1.2; Path=/; Secure; HttpOnly`,
    ]);
  });

  it('are read from any header', () => {
    fc.assert(fc.property(fc.string(), fc.string(), (header, tag) => ownCookies(header, tag) instanceof Map));
  });
});
