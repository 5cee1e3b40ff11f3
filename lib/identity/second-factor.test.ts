import fc from 'fast-check';
import { encode } from 'next-auth/jwt';
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Ctx, Role } from '../ctx';
import { findUserById, type UserRow } from '../db/users';
import { DATABASE_KINDS } from '../testing/database';
import { listAuditEvents } from '../testing/audit-rows';
import { openTestHouse, type TestHouse } from '../testing/house';
import { confirmed, sessionValue } from '../testing/session';
import { readHalf, sealHalf } from './half-sign-in';
import { enrolTotp, removeOwnSecondFactor, renewRecoveryCodes, viewSecondFactors } from './own-second-factor';
import { qrCode } from './qr-code';
import { newRecoveryCodes, recoveryCodeHash } from './recovery-codes';
import { redeemSetupLink } from './redeem-setup-link';
import { hasSecondFactor } from './second-factors';
import { readSession, sessionRules } from './session';
import { beginTotp, halfPerson, secondStepOf } from './second-step';
import { createPersonLink, createResetLink } from './setup-link';
import { showSecondFactor } from './show-second-factor';
import { newTotpSecret, openTotpSecret, sealTotpSecret, totpStep, totpUri } from './totp';

const KEY = 'ab'.repeat(32);
const facts = { method: 'password', secondFactor: false, acr: null, amr: [] };

describe('a TOTP code', () => {
  // RFC 6238 appendix B: SHA-1, the last six of its eight digits.
  const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
  ])('of RFC 6238 at %i s is right, one step early or late, and not two', (seconds, code) => {
    const at = (offset: number) => totpStep({ secret, code, now: new Date((seconds + offset) * 1000) });
    const step = Math.floor(seconds / 30);
    const toEnd = 29 - (seconds % 30);
    expect(at(0)).toBe(step);
    expect(at(toEnd + 30)).toBe(step);
    expect(at(toEnd + 31)).toBeNull();
    expect(at(-(seconds % 30) - 30)).toBe(step);
    expect(at(-(seconds % 30) - 31)).toBeNull();
  });

  it('may be typed with blanks; anything else of any shape is none', () => {
    const now = new Date(59_000);
    expect(totpStep({ secret, code: ' 287 082 ', now })).toBe(1);
    fc.assert(
      fc.property(fc.string({ maxLength: 100, unit: 'binary' }), (code) => {
        fc.pre(code.replace(/\s/g, '') !== '287082');
        const step = totpStep({ secret, code, now });
        expect(step === null || /^\d{6}$/.test(code.replace(/\s/g, ''))).toBe(true);
      }),
    );
  });

  it('comes of a secret that opens for its person and this portal only', () => {
    const fresh = newTotpSecret();
    expect(fresh).toMatch(/^[A-Z2-7]{32}$/);
    const sealed = sealTotpSecret(fresh, 'user-1', KEY);
    expect(openTotpSecret(sealed, 'user-1', KEY)).toBe(fresh);
    expect(openTotpSecret(sealed, 'user-2', KEY)).toBeNull();
    expect(openTotpSecret(sealed, 'user-1', 'cd'.repeat(32))).toBeNull();
    expect(openTotpSecret(sealed.slice(0, -2), 'user-1', KEY)).toBeNull();
    expect(openTotpSecret('', 'user-1', KEY)).toBeNull();
    const uri = totpUri({ secret: fresh, site: 'Hub & gate', login: 'paula' });
    expect(uri).toContain(`secret=${fresh}`);
    const { size, path } = qrCode(uri);
    expect(size).toBeGreaterThan(30);
    expect(path).toMatch(/^(?:M\d+ \d+h\d+v1h-\d+z)+$/);
  });
});

describe('a recovery code', () => {
  it('is one of ten, and may be typed as people copy it', () => {
    const codes = newRecoveryCodes();
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) {
      expect(code).toMatch(/^(?:[0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
      const hash = recoveryCodeHash('u', code);
      expect(recoveryCodeHash('u', ` ${code.toLowerCase().replaceAll('-', ' ')}`)).toBe(hash);
      expect(recoveryCodeHash('other', code)).not.toBe(hash);
    }
    expect(recoveryCodeHash('u', '123456')).toBeNull();
    expect(recoveryCodeHash('u', `${codes[0]}0`)).toBeNull();
  });
});

describe.each(DATABASE_KINDS)('a second factor on %s', (database) => {
  let house: TestHouse;
  let ctx: Ctx;
  let at = Date.parse('2027-01-04T10:00:00Z');
  const visitor = (): Ctx => ({
    ...ctx,
    actor: { kind: 'visitor', addressKey: 'k' },
    now: () => new Date(at),
  });
  const as = (user: UserRow): Ctx => ({
    ...visitor(),
    actor: { kind: 'person', userId: user.id, name: user.login, roles: [] },
  });
  const sessionSecret = () => house.instance.secrets.session;
  const row = async (user: UserRow) => (await findUserById(ctx.db, user.id)) ?? user;

  beforeAll(async () => {
    house = await openTestHouse({ database });
    ctx = house.ctx;
  });
  afterAll(() => house.remove());

  async function person(login: string, roles: Role[]): Promise<UserRow> {
    const link = await createPersonLink(ctx, { roles: roles.length > 0 ? roles : ['auditor'] });
    const secret = link.url.split('#s=')[1] ?? '';
    const input = { secret, login, displayName: login, email: null, password: 'seven green lanterns float' };
    return { ...(await redeemSetupLink(ctx, input)), roles: JSON.stringify(roles) };
  }

  async function codeOf(user: UserRow): Promise<string> {
    const { totpSecret } = await row(user);
    const secret = openTotpSecret(totpSecret ?? '', user.id, sessionSecret()) ?? '';
    return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: at });
  }

  async function enrolled(login: string): Promise<{ user: UserRow; recoveryCodes: string[] }> {
    const user = await person(login, ['approver']);
    await beginTotp(ctx, user.id, sessionSecret());
    const input = { user: await row(user), code: await codeOf(user), sessionSecret: sessionSecret() };
    const { recoveryCodes } = await enrolTotp(visitor(), input);
    at += 30_000;
    return { user: await row(user), recoveryCodes };
  }

  const show = async (user: UserRow, code: string) =>
    showSecondFactor(visitor(), {
      user: await row(user),
      proof: { kind: 'code', code },
      purpose: 'sign-in',
      sessionSecret: sessionSecret(),
    });

  it('is asked of whoever has a role, outside an evaluation; who has one shows it always', async () => {
    const approver = await person('anna', ['approver']);
    const requester = await person('rita', []);
    const step = (user: UserRow, policy?: 'off' | 'approvers' | 'everybody', marked = false) =>
      secondStepOf(
        {
          db: ctx.db,
          paths: { ...ctx.paths, evaluationMarker: marked ? import.meta.filename : '/nowhere' },
          config: { ...ctx.config, signIn: { ...ctx.config.signIn, secondFactor: policy } },
        },
        user,
        facts,
      );
    expect(await step(approver)).toBe('enrol');
    expect(await step(approver, undefined, true)).toBe('none');
    expect(await step(approver, 'approvers', true)).toBe('enrol');
    expect(await step(approver, 'off')).toBe('none');
    expect(await step(requester)).toBe('none');
    expect(await step(requester, 'everybody')).toBe('enrol');
    const { user } = await enrolled('ernst');
    expect(await step(user, 'off')).toBe('show');
    expect(await secondStepOf(ctx, user, { ...facts, secondFactor: true })).toBe('none');
  });

  it('is set up by its first code, shown with later ones, and none is taken twice', async () => {
    const user = await person('tina', ['approver']);
    await beginTotp(ctx, user.id, sessionSecret());
    const first = await viewSecondFactors(visitor(), await row(user), sessionSecret());
    expect(first.pending?.uri).toContain('otpauth://totp/');
    // Not confirmed yet: it counts for nothing.
    await expect(show(user, await codeOf(user))).rejects.toMatchObject({ code: 'auth.second-factor' });
    const confirm = async (code: string) =>
      enrolTotp(visitor(), { user: await row(user), code, sessionSecret: sessionSecret() });
    await expect(confirm('000000')).rejects.toMatchObject({ code: 'auth.second-factor', field: 'code' });
    const code = await codeOf(user);
    const { recoveryCodes } = await confirm(code);
    expect(recoveryCodes).toHaveLength(10);
    await expect(confirm(code)).rejects.toMatchObject({ code: 'auth.second-factor' });
    // The code that set it up is spent, and so is every later one after its first use.
    await expect(show(user, code)).rejects.toMatchObject({ code: 'auth.second-factor' });
    at += 30_000;
    const second = await codeOf(user);
    const both = await Promise.allSettled([show(user, second), show(user, second)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    // An older step than the last one does not come back, though the window would allow it.
    at += 30_000;
    const third = await codeOf(user);
    at += 30_000;
    await show(user, await codeOf(user));
    await expect(show(user, third)).rejects.toMatchObject({ code: 'auth.second-factor' });
    const told = (await listAuditEvents(ctx.db)).filter(({ target }) => target === 'person:tina');
    expect(told.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual(
      expect.arrayContaining(['person.second-factor-added done', 'person.second-factor refused']),
    );
  });

  it('may be a recovery code, each once, and of this person only', async () => {
    const { user, recoveryCodes } = await enrolled('rosa');
    const other = await enrolled('otto');
    const [code = '', next = ''] = recoveryCodes;
    await expect(show(other.user, code)).rejects.toMatchObject({ code: 'auth.second-factor' });
    expect(await show(user, code)).toBe('recovery');
    await expect(show(user, code)).rejects.toMatchObject({ code: 'auth.second-factor' });
    expect((await viewSecondFactors(visitor(), await row(user), sessionSecret())).counts.recovery).toBe(9);
    const renewed = await renewRecoveryCodes(await confirmed(as(user)));
    await expect(show(user, next)).rejects.toMatchObject({ code: 'auth.second-factor' });
    expect(await show(user, renewed.recoveryCodes[0] ?? '')).toBe('recovery');
  });

  it('is removed after a factor was shown again, or by a reset link from the host', async () => {
    const { user } = await enrolled('lost');
    await expect(removeOwnSecondFactor(as(user))).rejects.toMatchObject({ code: 'auth.confirm' });
    const link = await createResetLink(ctx, { login: 'lost' });
    // Making the link changes nothing yet.
    expect((await row(user)).totpConfirmedAt).not.toBeNull();
    await redeemSetupLink(ctx, {
      secret: link.url.split('#s=')[1] ?? '',
      login: '',
      displayName: '',
      email: null,
      password: 'nine quiet harbours at dusk',
    });
    expect(await row(user)).toMatchObject({ totpSecret: null, totpConfirmedAt: null });
    expect(await hasSecondFactor(ctx.db, await row(user))).toBe(false);
    const own = await enrolled('self');
    await removeOwnSecondFactor(await confirmed(as(own.user)));
    await expect(renewRecoveryCodes(await confirmed(as(own.user)))).rejects.toMatchObject({
      code: 'http.invalid',
    });
    const { counts } = await viewSecondFactors(visitor(), await row(own.user), sessionSecret());
    expect(counts).toMatchObject({ totp: 0, recovery: 0 });
  });

  it('is waited for five minutes, by a cookie that is no session and that no session passes for', async () => {
    const user = await person('hanna', ['approver']);
    const start = new Date();
    const half = { userId: user.id, sessionVersion: user.sessionVersion, facts, next: '/admin' };
    const sealed = await sealHalf(half, sessionSecret(), start);
    const rules = sessionRules(ctx.config, sessionSecret());
    expect(await readHalf(sealed, sessionSecret(), start)).toEqual(half);
    expect(await readHalf(sealed, sessionSecret(), new Date(start.getTime() + 299_999))).toEqual(half);
    expect(await readHalf(sealed, sessionSecret(), new Date(start.getTime() + 300_000))).toBeNull();
    expect(await readSession(ctx.db, sealed, rules, start)).toBeNull();
    expect(await readHalf(await sessionValue(house.instance, user), sessionSecret(), start)).toBeNull();
    const foreign = await encode({ token: { sub: user.id }, secret: KEY, salt: 'hubgate half sign-in' });
    for (const nonsense of [undefined, '', 'x', `${sealed}x`, foreign]) {
      expect(await readHalf(nonsense, sessionSecret(), start)).toBeNull();
    }
    expect((await halfPerson(ctx, half)).login).toBe('hanna');
    await expect(halfPerson(ctx, { ...half, sessionVersion: 9 })).rejects.toMatchObject({
      code: 'auth.half-expired',
    });
    await expect(halfPerson(ctx, null)).rejects.toMatchObject({ code: 'auth.half-expired' });
  });
});
