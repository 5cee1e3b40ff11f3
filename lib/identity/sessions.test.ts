import { decode, encode } from 'next-auth/jwt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Ctx, Role } from '../ctx';
import { endSessions } from '../db/sessions';
import { endUserSessions, setUserAccess, type UserRow } from '../db/users';
import { DATABASE_KINDS } from '../testing/database';
import { listAuditEvents } from '../testing/audit-rows';
import { openTestHouse, type TestHouse } from '../testing/house';
import { sessionValue } from '../testing/session';
import { endOtherSessions, endOwnSession, listOwnSessions } from './own-sessions';
import { setPersonDisabled, setPersonRoles } from './person-access';
import { redeemSetupLink } from './redeem-setup-link';
import { readRoles } from './roles';
import { endSessionOf, readSession, sessionRules } from './session';
import { createPersonLink, createResetLink } from './setup-link';
import { signInWithPassword } from './sign-in-with-password';

const PASSWORD = 'seven green lanterns float';
const secretOf = (link: { url: string }) => link.url.split('#s=')[1] ?? '';
const person = (secret: string, login: string, password = PASSWORD) => ({
  secret,
  login,
  displayName: 'Somebody',
  email: null,
  password,
});

describe.each(DATABASE_KINDS)('people who are signed in, on %s', (database) => {
  let house: TestHouse;
  let ctx: Ctx;
  const visitor = (): Ctx => ({ ...ctx, actor: { kind: 'visitor', addressKey: 'k' } });

  beforeAll(async () => {
    house = await openTestHouse({ database });
    ctx = house.ctx;
    await newPerson('paula', ['admin', 'approver', 'operator']);
    await newPerson('quirin', ['auditor']);
  });
  afterAll(() => house.remove());

  async function newPerson(login: string, roles: Role[]): Promise<UserRow> {
    return redeemSetupLink(visitor(), person(secretOf(await createPersonLink(ctx, { roles })), login));
  }

  const rules = () => sessionRules(house.instance.config, house.instance.secrets.session);
  const read = (cookie: string, at = new Date(), seen = true) =>
    readSession(ctx.db, cookie, rules(), at, { seen });
  const MINUTE = 60_000;

  it('have sessions that end with the session version, and lose roles at once', async () => {
    const user = await signInWithPassword(visitor(), { login: 'quirin', password: PASSWORD });
    const cookie = await sessionValue(house.instance, user);
    expect(await read(cookie)).toMatchObject({ name: 'quirin', roles: ['auditor'] });
    const foreign = { ...rules(), secret: 'f'.repeat(64) };
    expect(await readSession(ctx.db, cookie, foreign, new Date())).toBeNull();
    expect(await read(`${cookie}x`)).toBeNull();
    await endUserSessions(ctx.db, user.id);
    expect(await read(cookie)).toBeNull();

    const again = await sessionValue(house.instance, {
      ...user,
      sessionVersion: user.sessionVersion + 1,
    });
    expect(await read(again)).not.toBeNull();
    await setUserAccess(ctx.db, { id: user.id, roles: '[]', disabledAt: new Date() });
    expect(await read(again)).toBeNull();
    await expect(
      signInWithPassword(visitor(), { login: 'quirin', password: PASSWORD }),
    ).rejects.toMatchObject({ code: 'auth.credentials' });
  });

  it('are signed in for 12 hours at most, however often they are there and next-auth seals again', async () => {
    const user = await signInWithPassword(visitor(), { login: 'paula', password: PASSWORD });
    const { session: secret } = house.instance.secrets;
    const start = Date.now();
    const cookie = await sessionValue(house.instance, user, new Date(start));
    const token = await decode({ token: cookie, secret });
    const again = await encode({ token: token ?? {}, secret, maxAge: 48 * 3600 });
    for (let minutes = 50; minutes < 720; minutes += 50) {
      expect(await read(again, new Date(start + minutes * MINUTE))).toMatchObject({ name: 'paula' });
    }
    expect(await read(again, new Date(start + 720 * MINUTE))).toBeNull();
    const { sessionId: _gone, ...without } = token ?? {};
    expect(await read(await encode({ token: without, secret, maxAge: 3600 }))).toBeNull();
  });

  it('are signed out when they were not there for an hour; a page that asks by itself is nobody', async () => {
    const user = await signInWithPassword(visitor(), { login: 'paula', password: PASSWORD });
    const start = Date.now();
    const cookie = await sessionValue(house.instance, user, new Date(start));
    const at = (minutes: number) => new Date(start + minutes * MINUTE);
    expect(await read(cookie, at(40), false)).not.toBeNull();
    expect(await read(cookie, at(59), false)).not.toBeNull();
    expect(await read(cookie, at(60))).toBeNull();
    expect(await read(cookie, at(59))).not.toBeNull();
    expect(await read(cookie, at(118))).not.toBeNull();
    expect(await read(cookie, at(178))).toBeNull();
  });

  it('sign out of one session everywhere, and of no other', async () => {
    const user = await signInWithPassword(visitor(), { login: 'paula', password: PASSWORD });
    const { session } = house.instance.secrets;
    const now = new Date();
    const here = await sessionValue(house.instance, user);
    const elsewhere = await sessionValue(house.instance, user);
    const copy = await encode({
      token: (await decode({ token: here, secret: session })) ?? {},
      secret: session,
      maxAge: 12 * 3600,
    });
    await endSessionOf(ctx.db, here, session, now);
    await endSessionOf(ctx.db, here, session, now);
    for (const ended of [here, copy]) expect(await read(ended)).toBeNull();
    expect(await read(elsewhere)).toMatchObject({ name: 'paula' });
    await endSessionOf(ctx.db, 'nonsense', session, now);
  });

  it('see where they are signed in, and sign out there', async () => {
    const user = await signInWithPassword(visitor(), { login: 'paula', password: PASSWORD });
    await endUserSessions(ctx.db, user.id);
    await endSessions(ctx.db, { userId: user.id, at: new Date() });
    const now = await signInWithPassword(visitor(), { login: 'paula', password: PASSWORD });
    const cookies = [
      await sessionValue(house.instance, now),
      await sessionValue(house.instance, now),
      await sessionValue(house.instance, now),
    ];
    const actor = await read(cookies[0] ?? '');
    const paula: Ctx = { ...ctx, actor: actor ?? { kind: 'visitor', addressKey: 'k' } };
    const listed = await listOwnSessions(paula);
    expect(listed.map(({ current, agent }) => [current, agent]).sort()).toEqual([
      [false, 'Firefox, Linux'],
      [false, 'Firefox, Linux'],
      [true, 'Firefox, Linux'],
    ]);
    const other = listed.find(({ current }) => !current)?.id ?? '';
    const mallory: Ctx = {
      ...ctx,
      actor: { kind: 'person', userId: 'm', name: 'mallory', roles: ['admin'] },
    };
    await expect(endOwnSession(mallory, { id: other })).rejects.toMatchObject({ code: 'http.not-found' });
    await endOwnSession(paula, { id: other });
    await expect(endOwnSession(paula, { id: other })).rejects.toMatchObject({ code: 'http.not-found' });
    expect(await endOtherSessions(paula)).toEqual({ ended: 1 });
    expect(await read(cookies[0] ?? '')).not.toBeNull();
    for (const cookie of cookies.slice(1)) expect(await read(cookie)).toBeNull();
    await expect(listOwnSessions(visitor())).rejects.toMatchObject({ code: 'auth.required' });
  });

  it('keep one administrator and one operator among them, whoever asks', async () => {
    await newPerson('rosa', ['admin']);
    // paula is admin, approver and operator; rosa an admin.
    for (const attempt of [
      () => setPersonRoles(ctx, { login: 'paula', roles: ['admin', 'approver'] }),
      () => setPersonDisabled(ctx, { login: 'paula', disabled: true }),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ code: 'auth.last-one', params: { role: 'operator' } });
    }
    await setPersonRoles(ctx, { login: 'rosa', roles: ['admin', 'operator'] });
    // Two who demote each other at once: one of them stays.
    const both = await Promise.allSettled([
      setPersonRoles(ctx, { login: 'rosa', roles: [] }),
      setPersonRoles(ctx, { login: 'paula', roles: [] }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await setPersonRoles(ctx, { login: 'paula', roles: ['admin', 'approver', 'operator'] });
    await setPersonRoles(ctx, { login: 'rosa', roles: [] });
    await setPersonDisabled(ctx, { login: 'rosa', disabled: true });
    await expect(signInWithPassword(visitor(), { login: 'rosa', password: PASSWORD })).rejects.toMatchObject({
      code: 'auth.credentials',
    });
    await setPersonDisabled(ctx, { login: 'rosa', disabled: false });
    const rosa = await signInWithPassword(visitor(), { login: 'rosa', password: PASSWORD });
    expect(readRoles(rosa.roles)).toEqual([]);
    const approver: Ctx = { ...ctx, actor: { kind: 'person', userId: 'u', name: 'a', roles: ['approver'] } };
    await expect(setPersonRoles(approver, { login: 'rosa', roles: ['admin'] })).rejects.toMatchObject({
      code: 'auth.forbidden',
    });
    const told = (await listAuditEvents(ctx.db)).filter(({ target }) => target === 'person:rosa');
    expect(told.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['person.roles', 'person.disable', 'person.enable']),
    );
  });

  it('get a new password by a reset link, which ends their sessions', async () => {
    const before = await sessionValue(
      house.instance,
      await signInWithPassword(visitor(), { login: 'paula', password: PASSWORD }),
    );
    const secret = secretOf(await createResetLink(ctx, { login: 'paula' }));
    const fresh = 'nine quiet harbours at dusk';
    await redeemSetupLink(visitor(), person(secret, 'ignored', fresh));
    expect(await read(before)).toBeNull();
    expect((await signInWithPassword(visitor(), { login: 'paula', password: fresh })).login).toBe('paula');
    await expect(createResetLink(ctx, { login: 'ghost' })).rejects.toMatchObject({
      code: 'auth.credentials',
    });
  });
});
