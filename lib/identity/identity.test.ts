import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Ctx } from '../ctx';
import { setUserAccess } from '../db/users';
import { DATABASE_KINDS } from '../testing/database';
import { listAuditEvents } from '../testing/audit-rows';
import { openTestHouse, type TestHouse } from '../testing/house';
import { createApiToken, listTokens, revokeApiToken } from './api-tokens';
import { actorId, requirePermission, requireRequester } from './authorise';
import { checkPassword, verifyPassword } from './password';
import { listPeople } from './people';
import { readApiToken } from './read-api-token';
import { redeemSetupLink } from './redeem-setup-link';
import { readRoles } from './roles';
import { beginSession } from './begin-session';
import { createFirstAdminLink, createPersonLink, createResetLink, readSetupLink } from './setup-link';
import { signInWithPassword } from './sign-in-with-password';

const PASSWORD = 'seven green lanterns float';
const secretOf = (link: { url: string } | null) => link?.url.split('#s=')[1] ?? '';
const person = (secret: string, login = 'paula', password = PASSWORD) => ({
  secret,
  login,
  displayName: 'Paula Rojas',
  email: 'paula@example.org',
  password,
});

describe.each(DATABASE_KINDS)('people on %s', (database) => {
  let house: TestHouse;
  let ctx: Ctx;
  const visitor = (): Ctx => ({ ...ctx, actor: { kind: 'visitor', addressKey: 'k' } });

  beforeAll(async () => {
    house = await openTestHouse({ database });
    ctx = house.ctx;
  });
  afterAll(() => house.remove());

  it('begin with a link whose secret stands behind the #, and which works once', async () => {
    const link = await createFirstAdminLink(ctx);
    expect(link?.url).toMatch(/^https:\/\/localhost:8443\/setup#s=[A-Za-z0-9_-]{43}$/);
    const secret = secretOf(link);
    expect(await readSetupLink(visitor(), { secret })).toMatchObject({ for: 'new' });
    // A weak password costs nothing: the link still works.
    await expect(redeemSetupLink(visitor(), person(secret, 'paula', 'short'))).rejects.toMatchObject({
      code: 'auth.weak-password',
    });
    const user = await redeemSetupLink(visitor(), person(secret));
    expect(readRoles(user.roles)).toEqual(['approver', 'operator', 'admin']);
    await expect(redeemSetupLink(visitor(), person(secret, 'other'))).rejects.toMatchObject({
      code: 'auth.link',
    });
    expect(await createFirstAdminLink(ctx)).toBeNull();
  });

  it('make an older first link void by a newer one, and any after a day', async () => {
    const link = secretOf(await createPersonLink(ctx, { roles: ['approver'] }));
    const later = { ...visitor(), now: () => new Date(Date.now() + 24 * 3_600_000 + 1000) };
    await expect(readSetupLink(later, { secret: link })).rejects.toMatchObject({ code: 'auth.link' });
    await expect(readSetupLink(visitor(), { secret: 'x'.repeat(43) })).rejects.toMatchObject({
      code: 'auth.link',
    });
  });

  it('cannot take a login that somebody has', async () => {
    const secret = secretOf(await createPersonLink(ctx, { roles: ['auditor'] }));
    await expect(redeemSetupLink(visitor(), person(secret, 'Paula'))).rejects.toMatchObject({
      code: 'auth.name-taken',
    });
    await redeemSetupLink(visitor(), person(secret, 'quirin'));
    expect((await listPeople(ctx)).map(({ login }) => login)).toEqual(['paula', 'quirin']);
  });

  it('sign in with the right password only, and every attempt is recorded', async () => {
    const user = await signInWithPassword(visitor(), { login: ' PAULA ', password: PASSWORD });
    expect(user.login).toBe('paula');
    const facts = { method: 'password', secondFactor: false, acr: null, amr: [] };
    const { session: sessionSecret } = house.instance.secrets;
    await beginSession(visitor(), { user, facts, agent: '', sessionSecret });
    for (const attempt of [
      { login: 'paula', password: 'wrong password wrong' },
      { login: 'nobody', password: PASSWORD },
      { login: PASSWORD, password: 'x' },
    ]) {
      await expect(signInWithPassword(visitor(), attempt)).rejects.toMatchObject({
        code: 'auth.credentials',
        message: 'Login or password is wrong.',
      });
    }
    const rows = (await listAuditEvents(ctx.db)).filter(({ action }) => action === 'person.sign-in');
    expect(rows.map(({ target, outcome }) => [target, outcome])).toEqual([
      ['person:paula', 'done'],
      ['person:paula', 'refused'],
      ['unknown login', 'refused'],
      ['unknown login', 'refused'],
    ]);
    // A password typed into the wrong field stays out of the log.
    expect(JSON.stringify(rows)).not.toContain(PASSWORD);
  });

  it('take as long to be refused whether there is such a login or not', async () => {
    const times: Record<string, number[]> = { paula: [], nobody: [] };
    for (let round = 0; round < 8; round += 1) {
      for (const login of ['paula', 'nobody']) {
        // Processor time of this process, with argon2id's threads: others use the machine as well.
        const start = process.cpuUsage();
        await signInWithPassword(visitor(), { login, password: 'wrong password wrong' }).catch(() => null);
        const { user, system } = process.cpuUsage(start);
        times[login]?.push(user + system);
      }
    }
    // The cheapest of each: what argon2id costs, without what else happened to run.
    const [known, unknown] = [Math.min(...(times['paula'] ?? [])), Math.min(...(times['nobody'] ?? []))];
    expect(known / unknown).toBeGreaterThan(0.5);
    expect(known / unknown).toBeLessThan(2);
  });

  it('give tokens to programs: hashed, with an end, revocable', async () => {
    const now = new Date();
    const end = new Date(now.getTime() + 60_000);
    const made = await createApiToken(ctx, { name: 'ci', roles: ['approver'], expiresAt: end });
    expect(made.token).toMatch(/^hgt_/);
    expect(JSON.stringify(await listTokens(ctx))).not.toContain(made.token);
    expect(await readApiToken(ctx.db, made.token, now)).toMatchObject({ name: 'ci', roles: ['approver'] });
    expect((await listTokens(ctx))[0]?.lastUsedAt).not.toBeNull();
    expect(await readApiToken(ctx.db, made.token, end)).toBeNull();
    expect(await readApiToken(ctx.db, `${made.token}x`, now)).toBeNull();
    await expect(createApiToken(ctx, { name: 'ci', roles: [], expiresAt: null })).rejects.toMatchObject({
      code: 'auth.name-taken',
    });
    await revokeApiToken(ctx, { name: 'ci' });
    expect(await readApiToken(ctx.db, made.token, now)).toBeNull();
    await expect(revokeApiToken(ctx, { name: 'ci' })).rejects.toMatchObject({ code: 'auth.token' });
  });

  it('are who acts by a token that they made; a token of the host is the host', async () => {
    const user = await redeemSetupLink(
      visitor(),
      person(secretOf(await createPersonLink(ctx, { roles: ['admin'] })), 'tomas'),
    );
    const tomas: Ctx = {
      ...ctx,
      actor: { kind: 'person', userId: user.id, name: user.login, roles: ['admin'] },
    };
    const idOf = async (maker: Ctx, name: string) => {
      const { token } = await createApiToken(maker, { name, roles: ['approver'], expiresAt: null });
      const actor = await readApiToken(ctx.db, token, new Date());
      return actor === null ? null : actorId(actor);
    };
    expect(await idOf(tomas, 'tomas one')).toBe(actorId(tomas.actor));
    expect(await idOf(tomas, 'tomas two')).toBe(actorId(tomas.actor));
    expect(await idOf(ctx, 'of the host')).toBe(actorId(ctx.actor));
  });

  it('lose the tokens that they made when they are disabled or demoted, and get them back', async () => {
    const user = await redeemSetupLink(
      visitor(),
      person(secretOf(await createPersonLink(ctx, { roles: ['admin'] })), 'ursula'),
    );
    const ursula: Ctx = {
      ...ctx,
      actor: { kind: 'person', userId: user.id, name: user.login, roles: ['admin'] },
    };
    const { token } = await createApiToken(ursula, { name: 'hers', roles: ['operator'], expiresAt: null });
    const { token: other } = await createApiToken(ctx, { name: 'the hosts', roles: [], expiresAt: null });
    const now = new Date();
    const access = (disabledAt: Date | null, roles = '["admin"]') =>
      setUserAccess(ctx.db, { id: user.id, roles, disabledAt });
    await access(now);
    expect(await readApiToken(ctx.db, token, now)).toBeNull();
    expect(await readApiToken(ctx.db, other, now)).toMatchObject({ name: 'the hosts' });
    await access(null);
    expect(await readApiToken(ctx.db, token, now)).toMatchObject({ name: 'hers' });
    await access(null, '["operator"]');
    expect(await readApiToken(ctx.db, token, now)).toBeNull();
    await access(null);
    expect(await readApiToken(ctx.db, token, now)).toMatchObject({ name: 'hers' });
  });

  it('cannot make links or tokens without the role', async () => {
    const approver: Ctx = { ...ctx, actor: { kind: 'person', userId: 'u', name: 'a', roles: ['approver'] } };
    for (const attempt of [
      () => createFirstAdminLink(approver),
      () => createPersonLink(approver, { roles: ['admin'] }),
      () => createResetLink(approver, { login: 'paula' }),
      () => createApiToken(approver, { name: 'x', roles: ['admin'], expiresAt: null }),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ code: 'auth.forbidden' });
    }
    await expect(createFirstAdminLink(visitor())).rejects.toMatchObject({ code: 'auth.required' });
  });
});

describe('authorisation', () => {
  it('tells a stranger to sign in and a colleague that a role is missing', () => {
    const as = (actor: Ctx['actor']) => () => requirePermission({ actor }, 'certificates.revoke');
    expect(as({ kind: 'visitor', addressKey: 'k' })).toThrow(
      expect.objectContaining({ code: 'auth.required' }),
    );
    expect(as({ kind: 'token', tokenId: 't', name: 'n', madeBy: 'user:u', roles: ['approver'] })).toThrow(
      expect.objectContaining({ code: 'auth.forbidden' }),
    );
    // Being administrator of people does not let anybody revoke: roles do not imply one another.
    expect(as({ kind: 'person', userId: 'u', name: 'n', roles: ['admin'] })).toThrow(
      expect.objectContaining({ code: 'auth.forbidden' }),
    );
    expect(as({ kind: 'person', userId: 'u', name: 'n', roles: ['operator'] })).not.toThrow();
    expect(as({ kind: 'host', name: 'root' })).not.toThrow();
  });

  it('lets a requester at the own request only', () => {
    const ctx = { actor: { kind: 'requester', requestId: 'R-00000001', addressKey: 'k' } } as const;
    expect(() => requireRequester(ctx, 'R-00000001')).not.toThrow();
    expect(() => requireRequester(ctx, 'R-00000002')).toThrow(
      expect.objectContaining({ code: 'request.not-found' }),
    );
  });
});

describe('a password', () => {
  it.each([
    'short',
    'passwordpassword',
    'paulapaulapaula',
    '12345678901234567890',
    'aaaaaaaaaaaaaaaaaaaa',
    'x'.repeat(300),
  ])('such as %s is refused', (password) => {
    expect(() => checkPassword(password, { login: 'paula', displayName: 'Paula Rojas' })).toThrow(
      expect.objectContaining({ code: 'auth.weak-password' }),
    );
  });

  it.each([PASSWORD, 'correct horse battery staple', 'Ñandú-volcán-río-07'])(
    'such as %s is taken',
    (password) => {
      expect(() => checkPassword(password, { login: 'paula', displayName: 'Paula Rojas' })).not.toThrow();
    },
  );

  it('of nobody takes as long as a wrong one', async () => {
    const time = async (stored: string | null) => {
      const start = performance.now();
      expect(await verifyPassword(stored, PASSWORD)).toBe(false);
      return performance.now() - start;
    };
    await time(null); // makes the decoy
    expect(await time(null)).toBeGreaterThan(3);
  });
});
