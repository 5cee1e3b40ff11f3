import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { GET as begin } from '../../app/auth/oidc/[provider]/route';
import { POST as approve } from '../../app/api/v1/admin/requests/[id]/approve/route';
import type { Config } from '../config/schema';
import { findUserById, setUserAccess } from '../db/users';
import { requirePermission } from '../identity/authorise';
import { HALF_COOKIE } from '../identity/half-sign-in';
import { readSession, sessionRules, type Person } from '../identity/session';
import { SESSION_COOKIE } from '../identity/session-cookie';
import { listAuditEvents } from '../testing/audit-rows';
import { CookieJar } from '../testing/cookie-jar';
import { callRoute, openTestHouse, type TestHouse } from '../testing/house';
import { startTestProvider, type TestProvider } from '../testing/identity-provider';
import { nextAuthRoute } from './next-auth-route';

const PORTAL = 'https://localhost:8443';
const CLIENT = 'hubgate';

let dir: string;
let house: TestHouse;
let provider: TestProvider;
const before = process.env['NEXTAUTH_URL'];

beforeAll(async () => {
  process.env['NEXTAUTH_URL'] = PORTAL; // as lib/instance.ts sets it
  dir = mkdtempSync(join(tmpdir(), 'hubgate-oidc-'));
  writeFileSync(join(dir, 'secret'), 'client-secret\n');
  provider = await startTestProvider(CLIENT);
  const common = {
    label: 'Test',
    issuer: provider.issuer,
    clientId: CLIENT,
    clientSecretFile: join(dir, 'secret'),
    roles: { approver: ['pki-approvers'], admin: ['pki-admins'] },
  };
  house = await openTestHouse({
    config: {
      signIn: {
        secondFactor: 'off',
        oidc: [
          { ...common, id: 'plain' },
          {
            ...common,
            id: 'nested',
            groupsClaim: 'realm_access.roles',
            allowedGroups: ['staff', 'pki-admins'],
          },
          { ...common, id: 'strong', approverAcr: ['gold'], approverAmr: ['otp'] },
          { ...common, id: 'down', issuer: 'http://127.0.0.1:9' },
        ],
      },
    } as unknown as Partial<Config>,
  });
});
afterAll(async () => {
  if (before === undefined) delete process.env['NEXTAUTH_URL'];
  else process.env['NEXTAUTH_URL'] = before;
  await house.remove();
  await provider.stop();
  rmSync(dir, { recursive: true, force: true });
});
beforeEach(() => {
  Object.assign(provider, { claims: {}, userinfo: {}, foreignKey: false, broken: false });
});

async function start(jar: CookieJar, id: string, query = ''): Promise<URL> {
  const call = { path: `/auth/oidc/${id}${query}`, params: { provider: id }, headers: jar.header() };
  const answer = jar.take(await callRoute(house, begin, call));
  expect(answer.status).toBe(303);
  return new URL(answer.headers.get('location') ?? '', PORTAL);
}

async function comeBack(jar: CookieJar, id: string, query: Record<string, string>): Promise<string> {
  const request = new Request(
    `https://0.0.0.0:3000/api/auth/callback/${id}?${new URLSearchParams(query).toString()}`,
    {
      headers: {
        ...jar.header(),
        host: 'localhost:8443',
        'x-forwarded-proto': 'https',
        'x-forwarded-for': '192.0.2.7',
        'x-hubgate-transport': 'unix',
      },
    },
  );
  const context = { params: Promise.resolve({ nextauth: ['callback', id] }) };
  const answer = jar.take(await nextAuthRoute(request, context));
  expect(answer.status).toBe(303);
  return answer.headers.get('location') ?? '';
}

/** The whole way, as a browser walks it. */
async function signIn(id = 'plain', query = ''): Promise<{ jar: CookieJar; location: string; url: URL }> {
  const jar = new CookieJar();
  const url = await start(jar, id, query);
  const state = url.searchParams.get('state') ?? '';
  const location = await comeBack(jar, id, { code: provider.codeFor(url), state });
  return { jar, location, url };
}

async function personOf(jar: CookieJar): Promise<Person | null> {
  const rules = sessionRules(house.instance.config, house.instance.secrets.session);
  return readSession(house.ctx.db, jar.cookies.get(SESSION_COOKIE), rules, new Date());
}

describe('a sign-in by a provider', () => {
  it('asks with PKCE, state and nonce, and makes a person with the roles of the groups', async () => {
    provider.claims = {
      sub: 'alice-1',
      preferred_username: 'alice',
      name: 'Alice A.',
      groups: ['staff', 'pki-approvers'],
      email: 'alice@example.org',
      email_verified: true,
    };
    const { jar, location, url } = await signIn('plain', '?next=/admin/hubs');
    expect(`${url.origin}${url.pathname}`).toBe(`${provider.issuer}/authorize`);
    expect(url.searchParams.get('redirect_uri')).toBe(`${PORTAL}/api/auth/callback/plain`);
    for (const name of ['state', 'nonce', 'code_challenge']) expect(url.searchParams.get(name)).toBeTruthy();
    expect(url.searchParams.get('code_challenge_method')).toBe('S256');
    expect(location).toBe('/admin/hubs');
    const person = await personOf(jar);
    expect(person).toMatchObject({ name: 'alice@plain', roles: ['approver'] });
    // The cookies of the visit are gone.
    expect([...jar.cookies.keys()].filter((name) => name.includes('oidc'))).toEqual([]);
    const row = await findUserById(house.ctx.db, person?.userId ?? '');
    expect(row).toMatchObject({ displayName: 'Alice A.', email: 'alice@example.org', passwordHash: null });
  });

  it('knows people by issuer and subject: neither a name nor an address makes one another', async () => {
    provider.claims = {
      sub: 'bob-1',
      preferred_username: 'bob',
      email: 'bob@example.org',
      email_verified: true,
    };
    const first = await personOf((await signIn()).jar);
    provider.claims = { ...provider.claims, preferred_username: 'robert', email: 'new@example.org' };
    expect((await personOf((await signIn()).jar))?.userId).toBe(first?.userId);
    provider.claims = {
      sub: 'bob-2',
      preferred_username: 'bob',
      email: 'bob@example.org',
      email_verified: true,
    };
    const other = await personOf((await signIn()).jar);
    expect(other?.userId).not.toBe(first?.userId);
    expect(other?.name).toBe('bob-2@plain');
    // An address that nobody verified is not taken.
    provider.claims = { sub: 'bob-3', email: 'boss@example.org' };
    const unverified = await personOf((await signIn()).jar);
    expect((await findUserById(house.ctx.db, unverified?.userId ?? ''))?.email).toBeNull();
  });

  it.each([
    ['a list', { groups: ['x', 'pki-admins'] }, ['admin']],
    ['one text, which is one group', { groups: 'pki-admins' }, ['admin']],
    ['one text that only contains a group', { groups: 'pki-admins,pki-approvers' }, []],
    ['missing', {}, []],
    ['an object', { groups: { 'pki-admins': true } }, []],
    ['a list with other things in it', { groups: [1, null, ['pki-admins'], 'pki-approvers'] }, ['approver']],
  ])('reads a groups claim that is %s', async (_what, claims, roles) => {
    provider.claims = { sub: `groups-${JSON.stringify(claims)}`, ...claims };
    const { jar, location } = await signIn();
    expect((await personOf(jar))?.roles).toEqual(roles);
    expect(location).toBe(roles.length > 0 ? '/admin' : '/account');
  });

  it('takes claims from userinfo too, but not against what the token says', async () => {
    provider.claims = { sub: 'ui-1', preferred_username: 'signed' };
    provider.userinfo = { groups: ['pki-admins'], preferred_username: 'unsigned' };
    const person = await personOf((await signIn()).jar);
    expect(person).toMatchObject({ name: 'signed@plain', roles: ['admin'] });
  });

  it('takes roles away and gives them at each sign-in, and ends the sessions of before', async () => {
    provider.claims = { sub: 'carl-1', preferred_username: 'carl', groups: ['pki-admins'] };
    const { jar } = await signIn();
    expect((await personOf(jar))?.roles).toEqual(['admin']);
    provider.claims = { ...provider.claims, groups: [] };
    const again = await signIn();
    expect((await personOf(again.jar))?.roles).toEqual([]);
    expect(await personOf(jar)).toBeNull();
  });

  it('admits the allowed groups only, found by the way through objects, and nobody who is disabled', async () => {
    provider.claims = { sub: 'dora-1', realm_access: { roles: ['guests'] }, groups: ['staff'] };
    const refused = await signIn('nested');
    expect(refused.location).toBe('/sign-in?problem=auth.not-admitted&provider=nested');
    expect(await personOf(refused.jar)).toBeNull();
    const told = (await listAuditEvents(house.ctx.db)).at(-1);
    expect(told).toMatchObject({ action: 'person.sign-in', target: 'nested:dora-1', outcome: 'refused' });
    provider.claims = { sub: 'dora-1', realm_access: { roles: ['staff'] } };
    const { jar } = await signIn('nested');
    const dora = await personOf(jar);
    expect(dora).not.toBeNull();
    await setUserAccess(house.ctx.db, { id: dora?.userId ?? '', roles: '[]', disabledAt: new Date() });
    const disabled = await signIn('nested');
    expect(disabled.location).toContain('auth.not-admitted');
    expect(await personOf(disabled.jar)).toBeNull();
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
    provider.claims = { preferred_username: 'mallory', ...claims };
    const { jar, location } = await signIn();
    expect(location).toBe('/sign-in?problem=auth.provider-answer&provider=plain');
    expect(jar.cookies.has(SESSION_COOKIE)).toBe(false);
  });

  it('refuses a token signed by another key, and one for another provider’s call-back', async () => {
    provider.foreignKey = true;
    expect((await signIn()).location).toContain('auth.provider-answer');
    provider.foreignKey = false;
    const jar = new CookieJar();
    const url = await start(jar, 'plain');
    const query = { code: provider.codeFor(url), state: url.searchParams.get('state') ?? '' };
    expect(await comeBack(jar, 'unheard-of', query).catch(() => 'not found')).toBe('not found');
  });

  it('refuses a code that comes a second time, another browser’s state, and no state', async () => {
    const jar = new CookieJar();
    const url = await start(jar, 'plain');
    const query = { code: provider.codeFor(url), state: url.searchParams.get('state') ?? '' };
    const copy = new CookieJar();
    for (const [name, value] of jar.cookies) copy.cookies.set(name, value);
    expect(await comeBack(new CookieJar(), 'plain', query)).toContain('auth.provider-answer');
    expect(await comeBack(jar, 'plain', { ...query, state: 'x' })).toContain('auth.provider-answer');
    const again = new CookieJar();
    const second = await start(again, 'plain');
    const used = { code: provider.codeFor(second), state: second.searchParams.get('state') ?? '' };
    const kept = new CookieJar();
    for (const [name, value] of again.cookies) kept.cookies.set(name, value);
    expect(await comeBack(again, 'plain', used)).toBe('/account');
    // The same address again, in this browser and with a copy of all its cookies of before.
    expect(await comeBack(again, 'plain', used)).toContain('auth.provider-answer');
    expect(await comeBack(kept, 'plain', used)).toContain('auth.provider-answer');
    expect(kept.cookies.has(SESSION_COOKIE)).toBe(false);
  });

  it('says when the provider is down, before and after the visit, or refuses', async () => {
    const url = await start(new CookieJar(), 'down');
    expect(url.href).toBe(`${PORTAL}/sign-in?problem=auth.provider-down&provider=down`);
    provider.broken = true;
    expect((await signIn()).location).toContain('auth.provider-answer');
    const jar = new CookieJar();
    await start(jar, 'plain');
    expect(await comeBack(jar, 'plain', { error: 'access_denied' })).toContain('auth.provider-answer');
  });

  it('goes on where a cookie of it cannot be read', async () => {
    provider.claims = { sub: 'odd-cookie' };
    const jar = new CookieJar();
    const url = await start(jar, 'plain');
    jar.cookies.set('__Host-hubgate-callback', '%E0%A4%A');
    const query = { code: provider.codeFor(url), state: url.searchParams.get('state') ?? '' };
    expect(await comeBack(jar, 'plain', query)).toBe('/account');
  });

  it.each([
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
    '/%0d%0aSet-Cookie:x',
  ])('leads nowhere else by next=%s, also when the cookie says so', async (next) => {
    provider.claims = { sub: 'next-1' };
    const { location } = await signIn('plain', `?next=${encodeURIComponent(next)}`);
    expect(location).toMatch(/^\/(?:account|%0d%0aSet-Cookie:x)$/);
    const jar = new CookieJar();
    const url = await start(jar, 'plain');
    jar.cookies.set('__Host-hubgate-callback', encodeURIComponent(next));
    const state = url.searchParams.get('state') ?? '';
    expect(await comeBack(jar, 'plain', { code: provider.codeFor(url), state })).toMatch(/^\/[^/\\]/);
  });
});

describe('approvers of a provider that asks for more', () => {
  it('may look, and decide only after the stronger way', async () => {
    provider.claims = { sub: 'erna-1', preferred_username: 'erna', groups: ['pki-approvers'], acr: 'silver' };
    const { jar, url } = await signIn('strong');
    expect(url.searchParams.get('acr_values')).toBeNull();
    expect((await personOf(jar))?.session).toMatchObject({ stepUp: 'strong' });
    const decide = async (browser: CookieJar) => {
      const headers = { ...browser.header(), origin: PORTAL };
      const answer = await callRoute(house, approve, { params: { id: 'R-00000000' }, json: {}, headers });
      return ((await answer.json()) as { code: string }).code;
    };
    expect(await decide(jar)).toBe('auth.step-up');
    // Nor do they make an approver of somebody, or a token that decides, by their other roles.
    const weak = await personOf(jar);
    const actor = { ...(weak as NonNullable<typeof weak>), roles: ['admin'] as const };
    for (const permission of ['people.manage', 'tokens.manage'] as const) {
      expect(() => requirePermission({ actor }, permission)).toThrow(
        expect.objectContaining({ code: 'auth.step-up' }),
      );
    }
    requirePermission({ actor }, 'people.read');
    const confirmed = new CookieJar();
    const again = await start(confirmed, 'strong', '?confirm=yes&next=/admin');
    expect(again.searchParams.get('acr_values')).toBe('gold');
    provider.claims = { ...provider.claims, acr: 'gold' };
    const state = again.searchParams.get('state') ?? '';
    expect(await comeBack(confirmed, 'strong', { code: provider.codeFor(again), state })).toBe('/admin');
    expect((await personOf(confirmed))?.session?.stepUp).toBeUndefined();
    expect(await decide(confirmed)).toBe('request.not-found');
    provider.claims = { ...provider.claims, acr: undefined, amr: ['pwd', 'otp'] };
    expect((await personOf((await signIn('strong')).jar))?.session?.stepUp).toBeUndefined();
  });

  it('count as two factors where the provider says so; otherwise the portal asks for its own', async () => {
    const { signIn: rules } = house.instance.config;
    rules.secondFactor = 'approvers';
    try {
      provider.claims = { sub: 'fina-1', groups: ['pki-approvers'], acr: 'gold' };
      expect((await signIn('strong')).location).toBe('/admin');
      provider.claims = { sub: 'gina-1', groups: ['pki-approvers'] };
      const { jar, location } = await signIn('plain');
      expect(location).toBe('/sign-in/second');
      expect(jar.cookies.has(HALF_COOKIE)).toBe(true);
      expect(jar.cookies.has(SESSION_COOKIE)).toBe(false);
    } finally {
      rules.secondFactor = 'off';
    }
  });
});
