import { randomUUID } from 'node:crypto';

import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Ctx } from '../ctx';
import { insertOneTimeSecret } from '../db/one-time-secrets';
import { findPasskey } from '../db/passkeys';
import { findUserById, insertUser, type UserRow } from '../db/users';
import { listAuditEvents } from '../testing/audit-rows';
import { makeAuthenticator, type Authenticator, type AuthenticatorOptions } from '../testing/authenticator';
import { DATABASE_KINDS } from '../testing/database';
import { answerTouch } from '../testing/enrolled';
import { openTestHouse, type TestHouse } from '../testing/house';
import { confirmed } from '../testing/session';
import { addPasskey } from './add-passkey';
import { beginPasskey } from './begin-passkey';
import { beginFactorTouch, type TouchPurpose } from './factor-touch';
import { beginOwnTotp, confirmOwnTotp, enrolTotp, removeOwnSecondFactor } from './own-second-factor';
import { redeemSetupLink } from './redeem-setup-link';
import { removePasskey } from './remove-passkey';
import { secretHash } from './secret-hash';
import { factorsOf, hasSecondFactor } from './second-factors';
import { secondStepOf } from './second-step';
import { createResetLink } from './setup-link';
import { showSecondFactor } from './show-second-factor';
import { openTotpSecret } from './totp';
import type { TouchAnswer } from './touch-answer';

describe.each(DATABASE_KINDS)('a passkey as the second factor on %s', (database) => {
  let house: TestHouse;
  let at = Date.parse('2027-01-04T10:00:00Z');
  let people = 0;
  const now = () => new Date(at);
  const visitor = (): Ctx => ({ ...house.ctx, actor: { kind: 'visitor', addressKey: 'k' }, now });
  const as = ({ id: userId, login: name }: UserRow): Ctx => ({
    ...visitor(),
    actor: { kind: 'person', userId, name, roles: [] },
  });
  const row = async ({ id }: UserRow): Promise<UserRow> => {
    const found = await findUserById(house.ctx.db, id);
    if (found === null) throw new Error('nobody');
    return found;
  };

  beforeAll(async () => {
    house = await openTestHouse({ database });
  });
  afterAll(() => house.remove());

  async function owner(options: AuthenticatorOptions = {}): Promise<{ user: UserRow; key: Authenticator }> {
    people += 1;
    const id = randomUUID();
    await insertUser(house.ctx.db, {
      id,
      login: `owner${people}`,
      displayName: `Owner ${people}`,
      email: null,
      passwordHash: null,
      roles: '["approver"]',
      disabledAt: null,
      sessionVersion: 1,
      createdAt: now(),
      lastSignInAt: null,
    });
    const user = await row({ id } as UserRow);
    return { user, key: await register(user, options) };
  }

  async function register(user: UserRow, options: AuthenticatorOptions = {}): Promise<Authenticator> {
    const key = makeAuthenticator(options);
    const { challenge } = await beginPasskey(await confirmed(as(user)));
    await addPasskey(as(user), { name: 'key', answer: key.register(challenge) });
    return key;
  }

  const ask = (user: UserRow, purpose: TouchPurpose = 'sign-in') =>
    beginFactorTouch(visitor(), { userId: user.id, purpose });
  const sessionSecret = () => house.instance.secrets.session;
  const show = async (user: UserRow, answer: TouchAnswer) =>
    showSecondFactor(visitor(), {
      user: await row(user),
      proof: { kind: 'passkey', answer },
      purpose: 'sign-in',
      sessionSecret: sessionSecret(),
    });
  const refused = expect.objectContaining({ code: 'auth.passkey' }) as unknown;

  async function setUpApp(user: UserRow): Promise<{ code: () => Promise<string>; recoveryCodes: string[] }> {
    await beginOwnTotp(await confirmed(as(user)), sessionSecret());
    const code = async (): Promise<string> => {
      at += 30_000;
      const { totpSecret } = await row(user);
      const secret = openTotpSecret(totpSecret ?? '', user.id, sessionSecret()) ?? '';
      return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: at });
    };
    const first = { code: await code(), sessionSecret: sessionSecret() };
    return { code, ...(await confirmOwnTotp(await confirmed(as(user)), first)) };
  }

  it('is asked for at sign-in instead of setting up an app, whatever the configuration says', async () => {
    const { user } = await owner();
    const facts = { method: 'password', secondFactor: false, acr: null, amr: [] };
    for (const secondFactor of ['off', 'approvers', 'everybody'] as const) {
      const config = { ...house.ctx.config, signIn: { ...house.ctx.config.signIn, secondFactor } };
      expect(await secondStepOf({ ...house.ctx, config }, user, facts)).toBe('show');
    }
    expect(await factorsOf(house.ctx.db, user)).toEqual({ totp: 0, passkey: 1, recovery: 0 });
  });

  it('signs in by one touch, once, and its row keeps the counter and the time', async () => {
    const { user, key } = await owner();
    const question = await ask(user);
    expect(question).toMatchObject({ rpId: 'localhost', allow: [key.credentialId], timeoutMs: 300_000 });
    const answer = answerTouch(key, question);
    expect(await show(user, answer)).toBe('passkey');
    const kept = await findPasskey(house.ctx.db, key.credentialId);
    expect(kept).toMatchObject({ counter: 1, lastUsedAt: now() });
    await expect(show(user, answer)).rejects.toEqual(refused);
    const told = (await listAuditEvents(house.ctx.db)).filter(
      ({ target }) => target === `person:${user.login}`,
    );
    expect(told).toMatchObject([{ action: 'person.second-factor', outcome: 'refused' }]);
    expect(JSON.stringify(told)).toContain('auth.passkey');
  });

  it('counts once, also when the same touch comes twice at the same time', async () => {
    const { user, key } = await owner({ counts: false });
    const answer = answerTouch(key, await ask(user));
    const both = await Promise.allSettled([show(user, answer), show(user, answer)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('may not count its touches, as those of phones; one that counts must go on', async () => {
    const still = await owner({ counts: false });
    for (let n = 0; n < 2; n += 1) {
      expect(await show(still.user, answerTouch(still.key, await ask(still.user)))).toBe('passkey');
    }
    const { user, key } = await owner();
    await show(user, { id: key.credentialId, ...key.touch((await ask(user)).challenge, { counter: 5 }) });
    for (const counter of [5, 4, 0]) {
      const touch = key.touch((await ask(user)).challenge, { counter });
      await expect(show(user, { id: key.credentialId, ...touch })).rejects.toEqual(refused);
    }
    expect(await findPasskey(house.ctx.db, key.credentialId)).toMatchObject({ counter: 5 });
  });

  it.each([
    ['without PIN or finger', { flags: 0x01 }],
    ['without a touch', { flags: 0x04 }],
    ['on the pages of the gate', { origin: 'https://gate.localhost:8444' }],
    ['for another site', { rpId: 'example.org' }],
    ['in a frame of another site', { crossOrigin: true }],
    ['as a registration', { type: 'webauthn.create' }],
  ])('given %s is refused', async (_what, wrong) => {
    const { user, key } = await owner();
    const { challenge } = await ask(user);
    await expect(show(user, { id: key.credentialId, ...key.touch(challenge, wrong) })).rejects.toEqual(
      refused,
    );
    // The same question, answered rightly: the reason was what was wrong.
    expect(await show(user, { id: key.credentialId, ...key.touch(challenge) })).toBe('passkey');
  });

  it('of somebody else, or asked of somebody else, is refused', async () => {
    const [anna, otto] = [await owner(), await owner()];
    await expect(show(anna.user, answerTouch(otto.key, await ask(anna.user)))).rejects.toEqual(refused);
    await expect(show(anna.user, answerTouch(otto.key, await ask(otto.user)))).rejects.toEqual(refused);
    await expect(show(anna.user, answerTouch(anna.key, await ask(otto.user)))).rejects.toEqual(refused);
    const forged = { id: anna.key.credentialId, ...otto.key.touch((await ask(anna.user)).challenge) };
    await expect(show(anna.user, forged)).rejects.toEqual(refused);
  });

  it('counts for what it was asked for, soon', async () => {
    const { user, key } = await owner();
    const answer = (challenge: string): TouchAnswer => ({
      id: key.credentialId,
      ...key.touch(challenge),
    });
    const { challenge: toRegister } = await beginPasskey(await confirmed(as(user)));
    await expect(show(user, answer(toRegister))).rejects.toEqual(refused);
    await expect(show(user, answer((await ask(user, 'confirmation')).challenge))).rejects.toEqual(refused);
    const toApprove = 'approval'.padEnd(43, 'A');
    await insertOneTimeSecret(house.ctx.db, {
      kind: 'touch',
      secretHash: secretHash(toApprove),
      payload: { userId: user.id, purpose: 'sign-in' },
      now: now(),
      expiresAt: new Date(at + 60_000),
    });
    await expect(show(user, answer(toApprove))).rejects.toEqual(refused);
    await expect(show(user, answer('A'.repeat(43)))).rejects.toEqual(refused);
    const late = await ask(user);
    at += 300_000;
    await expect(show(user, answer(late.challenge))).rejects.toEqual(refused);

    // And the other way round.
    const { challenge } = await ask(user);
    const registered = makeAuthenticator().register(challenge);
    await expect(addPasskey(as(user), { name: 'x', answer: registered })).rejects.toMatchObject({
      code: 'passkey.invalid',
    });
    expect(await show(user, answer(challenge))).toBe('passkey');
  });

  it('keeps somebody with the password alone from enrolling an app that was begun once', async () => {
    const { user } = await owner();
    await beginOwnTotp(await confirmed(as(user)), sessionSecret());
    const { totpSecret } = await row(user);
    const secret = openTotpSecret(totpSecret ?? '', user.id, sessionSecret()) ?? '';
    const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: at });
    const input = { user: await row(user), code, sessionSecret: sessionSecret() };
    await expect(enrolTotp(visitor(), input)).rejects.toMatchObject({ code: 'auth.second-factor' });
    expect((await row(user)).totpConfirmedAt).toBeNull();
    // The right code it was.
    expect((await confirmOwnTotp(await confirmed(as(user)), input)).recoveryCodes).toHaveLength(10);
  });

  it('goes from a session in which a factor was shown again, and is asked for no more', async () => {
    const { user, key } = await owner();
    const id = key.credentialId;
    await expect(removePasskey(as(user), { id })).rejects.toMatchObject({ code: 'auth.confirm' });
    await removePasskey(await confirmed(as(user)), { id });
    expect(await hasSecondFactor(house.ctx.db, await row(user))).toBe(false);
    await expect(ask(user)).rejects.toMatchObject({ code: 'passkey.not-found' });
  });

  it('stays when the app is removed, and goes when an administrator resets the person', async () => {
    const { user, key } = await owner();
    await setUpApp(user);
    await removeOwnSecondFactor(await confirmed(as(user)));
    expect(await factorsOf(house.ctx.db, await row(user))).toEqual({ totp: 0, passkey: 1, recovery: 0 });
    await setUpApp(user);
    const { url } = await createResetLink({ ...house.ctx, now }, { login: user.login });
    expect(await show(user, answerTouch(key, await ask(user)))).toBe('passkey'); // the link is not opened yet
    const question = await ask(user);
    await redeemSetupLink(visitor(), {
      secret: url.split('#s=')[1] ?? '',
      login: '',
      displayName: '',
      email: null,
      password: 'nine quiet harbours at dusk',
    });
    expect(await factorsOf(house.ctx.db, await row(user))).toEqual({ totp: 0, passkey: 0, recovery: 0 });
    await expect(show(user, answerTouch(key, question))).rejects.toEqual(refused);
  });
});
