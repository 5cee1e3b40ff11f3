import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { GET as begin } from '../../app/auth/oidc/[provider]/route';
import { findUserById, setUserAccess } from '../db/users';
import { SESSION_COOKIE } from '../identity/session-cookie';
import { listAuditEvents } from '../testing/audit-rows';
import { CookieJar } from '../testing/cookie-jar';
import { ProviderVisits } from '../testing/provider-visits';
import { inBrowser } from '../testing/session';

const PORTAL = 'https://localhost:8443';

let visits: ProviderVisits;
beforeAll(async () => {
  visits = await ProviderVisits.open(begin);
});
afterAll(() => visits.remove());
beforeEach(() => visits.reset());

describe('a sign-in by a provider', () => {
  it('asks with PKCE, state and nonce, and makes a person with the roles of the groups', async () => {
    visits.provider.claims = {
      sub: 'alice-1',
      preferred_username: 'alice',
      name: 'Alice A.',
      groups: ['staff', 'pki-approvers'],
      email: 'alice@example.org',
      email_verified: true,
    };
    const { jar, location, url } = await visits.signIn('plain', '?next=/admin/hubs');
    expect(`${url.origin}${url.pathname}`).toBe(`${visits.provider.issuer}/authorize`);
    expect(url.searchParams.get('redirect_uri')).toBe(`${PORTAL}/api/auth/callback/plain`);
    for (const name of ['state', 'nonce', 'code_challenge']) expect(url.searchParams.get(name)).toBeTruthy();
    expect(url.searchParams.get('code_challenge_method')).toBe('S256');
    expect(location).toBe('/admin/hubs');
    const person = await visits.personOf(jar);
    expect(person).toMatchObject({ name: 'alice@plain', roles: ['approver'] });
    // The cookies of the visit are gone.
    expect([...jar.cookies.keys()].filter((name) => name.includes('oidc'))).toEqual([]);
    const row = await findUserById(visits.house.ctx.db, person?.userId ?? '');
    expect(row).toMatchObject({ displayName: 'Alice A.', email: 'alice@example.org', passwordHash: null });
  });

  it('knows people by issuer and subject: neither a name nor an address makes one another', async () => {
    visits.provider.claims = {
      sub: 'bob-1',
      preferred_username: 'bob',
      email: 'bob@example.org',
      email_verified: true,
    };
    const first = await visits.personOf((await visits.signIn()).jar);
    visits.provider.claims = {
      ...visits.provider.claims,
      preferred_username: 'robert',
      email: 'new@example.org',
    };
    expect((await visits.personOf((await visits.signIn()).jar))?.userId).toBe(first?.userId);
    visits.provider.claims = {
      sub: 'bob-2',
      preferred_username: 'bob',
      email: 'bob@example.org',
      email_verified: true,
    };
    const other = await visits.personOf((await visits.signIn()).jar);
    expect(other?.userId).not.toBe(first?.userId);
    expect(other?.name).toBe('bob-2@plain');
    // An address that nobody verified is not taken.
    visits.provider.claims = { sub: 'bob-3', email: 'boss@example.org' };
    const unverified = await visits.personOf((await visits.signIn()).jar);
    expect((await findUserById(visits.house.ctx.db, unverified?.userId ?? ''))?.email).toBeNull();
  });

  it.each([
    ['a list', { groups: ['x', 'pki-admins'] }, ['admin']],
    ['one text, which is one group', { groups: 'pki-admins' }, ['admin']],
    ['one text that only contains a group', { groups: 'pki-admins,pki-approvers' }, []],
    ['missing', {}, []],
    ['an object', { groups: { 'pki-admins': true } }, []],
    ['a list with other things in it', { groups: [1, null, ['pki-admins'], 'pki-approvers'] }, ['approver']],
  ])('reads a groups claim that is %s', async (_what, claims, roles) => {
    visits.provider.claims = { sub: `groups-${JSON.stringify(claims)}`, ...claims };
    const { jar, location } = await visits.signIn();
    expect((await visits.personOf(jar))?.roles).toEqual(roles);
    expect(location).toBe(roles.length > 0 ? '/admin' : '/account');
  });

  it('takes claims from userinfo too, but not against what the token says', async () => {
    visits.provider.claims = { sub: 'ui-1', preferred_username: 'signed' };
    visits.provider.userinfo = { groups: ['pki-admins'], preferred_username: 'unsigned' };
    const person = await visits.personOf((await visits.signIn()).jar);
    expect(person).toMatchObject({ name: 'signed@plain', roles: ['admin'] });
  });

  it('takes roles away and gives them at each sign-in, and ends the sessions of before', async () => {
    visits.provider.claims = { sub: 'carl-1', preferred_username: 'carl', groups: ['pki-admins'] };
    const { jar } = await visits.signIn();
    expect((await visits.personOf(jar))?.roles).toEqual(['admin']);
    visits.provider.claims = { ...visits.provider.claims, groups: [] };
    const again = await visits.signIn();
    expect((await visits.personOf(again.jar))?.roles).toEqual([]);
    expect(await visits.personOf(jar)).toBeNull();
  });

  it('leaves a role that the portal cannot be without to the last who has it, and records that', async () => {
    const { db } = visits.house.ctx;
    await db.prisma.user.updateMany({ data: { disabledAt: new Date() } });
    visits.provider.claims = { sub: 'last-1', preferred_username: 'last', groups: ['pki-admins'] };
    await visits.signIn();
    visits.provider.claims = { ...visits.provider.claims, groups: ['pki-approvers'] };
    const kept = await visits.personOf((await visits.signIn()).jar);
    expect(kept?.roles).toEqual(['approver', 'admin']);
    const told = (await listAuditEvents(db)).filter(({ action }) => action === 'person.roles');
    expect(told.map(({ outcome }) => outcome).slice(-2)).toEqual(['refused', 'done']);
    // Once there is another, the groups decide again.
    visits.provider.claims = { sub: 'heir-1', preferred_username: 'heir', groups: ['pki-admins'] };
    await visits.signIn();
    visits.provider.claims = { sub: 'last-1', preferred_username: 'last', groups: ['pki-approvers'] };
    expect((await visits.personOf((await visits.signIn()).jar))?.roles).toEqual(['approver']);
  });

  it('admits the allowed groups only, found by the way through objects, and nobody who is disabled', async () => {
    visits.provider.claims = { sub: 'dora-1', realm_access: { roles: ['guests'] }, groups: ['staff'] };
    const refused = await visits.signIn('nested');
    expect(refused.location).toBe('/sign-in?problem=auth.not-admitted&provider=nested');
    expect(await visits.personOf(refused.jar)).toBeNull();
    const told = (await listAuditEvents(visits.house.ctx.db)).at(-1);
    expect(told).toMatchObject({ action: 'person.sign-in', target: 'nested:dora-1', outcome: 'refused' });
    visits.provider.claims = { sub: 'dora-1', realm_access: { roles: ['staff'] } };
    const { jar } = await visits.signIn('nested');
    const dora = await visits.personOf(jar);
    expect(dora).not.toBeNull();
    await setUserAccess(visits.house.ctx.db, { id: dora?.userId ?? '', roles: '[]', disabledAt: new Date() });
    const disabled = await visits.signIn('nested');
    expect(disabled.location).toContain('auth.not-admitted');
    expect(await visits.personOf(disabled.jar)).toBeNull();
  });

  it.each([
    ['for another audience', { aud: 'somebody-else' }],
    ['with another nonce', { nonce: 'stolen' }],
    ['without a nonce', { nonce: undefined }],
    ['of another issuer', { iss: 'https://evil.example' }],
    ['that has expired', { exp: 1_600_000_000 }],
    ['without a subject', { sub: undefined }],
    ['for several audiences, issued to another one', { aud: ['hubgate', 'x'], azp: 'x' }],
  ])('refuses a token %s', async (_what, claims) => {
    visits.provider.claims = { preferred_username: 'mallory', ...claims };
    const { jar, location } = await visits.signIn();
    expect(location).toBe('/sign-in?problem=auth.provider-answer&provider=plain');
    expect(visits.cookieOf(jar, SESSION_COOKIE)).toBeUndefined();
  });

  it('refuses a token signed by another key, and one for another provider’s call-back', async () => {
    visits.provider.foreignKey = true;
    expect((await visits.signIn()).location).toContain('auth.provider-answer');
    visits.provider.foreignKey = false;
    const jar = new CookieJar();
    const url = await visits.start(jar, 'plain');
    const query = { code: visits.provider.codeFor(url), state: url.searchParams.get('state') ?? '' };
    expect(await visits.comeBack(jar, 'unheard-of', query).catch(() => 'not found')).toBe('not found');
  });

  it('refuses a code that comes a second time, another browser’s state, and no state', async () => {
    const jar = new CookieJar();
    const url = await visits.start(jar, 'plain');
    const query = { code: visits.provider.codeFor(url), state: url.searchParams.get('state') ?? '' };
    const copy = new CookieJar();
    for (const [name, value] of jar.cookies) copy.cookies.set(name, value);
    expect(await visits.comeBack(new CookieJar(), 'plain', query)).toContain('auth.provider-answer');
    expect(await visits.comeBack(jar, 'plain', { ...query, state: 'x' })).toContain('auth.provider-answer');
    const again = new CookieJar();
    const second = await visits.start(again, 'plain');
    const used = { code: visits.provider.codeFor(second), state: second.searchParams.get('state') ?? '' };
    const kept = new CookieJar();
    for (const [name, value] of again.cookies) kept.cookies.set(name, value);
    expect(await visits.comeBack(again, 'plain', used)).toBe('/account');
    // The same address again, in this browser and with a copy of all its cookies of before.
    expect(await visits.comeBack(again, 'plain', used)).toContain('auth.provider-answer');
    expect(await visits.comeBack(kept, 'plain', used)).toContain('auth.provider-answer');
    expect(visits.cookieOf(kept, SESSION_COOKIE)).toBeUndefined();
  });

  it('says when the provider is down, before and after the visit, or refuses', async () => {
    const url = await visits.start(new CookieJar(), 'down');
    expect(url.href).toBe(`${PORTAL}/sign-in?problem=auth.provider-down&provider=down`);
    visits.provider.broken = true;
    expect((await visits.signIn()).location).toContain('auth.provider-answer');
    const jar = new CookieJar();
    await visits.start(jar, 'plain');
    expect(await visits.comeBack(jar, 'plain', { error: 'access_denied' })).toContain('auth.provider-answer');
  });

  it('goes on where a cookie of it cannot be read', async () => {
    visits.provider.claims = { sub: 'odd-cookie' };
    const jar = new CookieJar();
    const url = await visits.start(jar, 'plain');
    jar.cookies.set(inBrowser(visits.house.instance, '__Host-hubgate-callback'), '%E0%A4%A');
    const query = { code: visits.provider.codeFor(url), state: url.searchParams.get('state') ?? '' };
    expect(await visits.comeBack(jar, 'plain', query)).toBe('/account');
  });

  it.each([
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
    '/%0d%0aSet-Cookie:x',
  ])('leads nowhere else by next=%s, also when the cookie says so', async (next) => {
    visits.provider.claims = { sub: 'next-1' };
    const { location } = await visits.signIn('plain', `?next=${encodeURIComponent(next)}`);
    expect(location).toMatch(/^\/(?:account|%0d%0aSet-Cookie:x)$/);
    const jar = new CookieJar();
    const url = await visits.start(jar, 'plain');
    jar.cookies.set(inBrowser(visits.house.instance, '__Host-hubgate-callback'), encodeURIComponent(next));
    const state = url.searchParams.get('state') ?? '';
    expect(await visits.comeBack(jar, 'plain', { code: visits.provider.codeFor(url), state })).toMatch(
      /^\/[^/\\]/,
    );
  });
});
