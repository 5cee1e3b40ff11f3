import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Ctx } from '../ctx';
import { findUserById, insertUser, type UserRow } from '../db/users';
import { listAuditEvents } from '../testing/audit-rows';
import { makeAuthenticator } from '../testing/authenticator';
import { DATABASE_KINDS } from '../testing/database';
import { answerTouch } from '../testing/enrolled';
import { openTestHouse, type TestHouse } from '../testing/house';
import { sessionValue } from '../testing/session';
import { addPasskey } from './add-passkey';
import { beginPasskey } from './begin-passkey';
import { confirmationOf, confirmSelf } from './confirmation';
import { beginFactorTouch } from './factor-touch';
import { beginOwnTotp, confirmOwnTotp, removeOwnSecondFactor, renewRecoveryCodes } from './own-second-factor';
import { removePasskey } from './remove-passkey';
import { readSession, sessionRules } from './session';
import { openTotpSecret } from './totp';

const MINUTE = 60_000;

describe.each(DATABASE_KINDS)('a change of factors on %s', (database) => {
  let house: TestHouse;
  let at = Date.now();
  let people = 0;
  const secret = () => house.instance.secrets.session;

  beforeAll(async () => {
    house = await openTestHouse({ database });
  });
  afterAll(() => house.remove());

  /** Somebody without a second factor, in a session that began just now. */
  async function signedIn(): Promise<{ ctx: Ctx; again: () => Promise<Ctx> }> {
    people += 1;
    const user = {
      id: `id-${people}`,
      login: `person${people}`,
      displayName: 'Person',
      email: null,
      passwordHash: null,
      roles: '["approver"]',
      disabledAt: null,
      sessionVersion: 1,
      createdAt: new Date(at),
      lastSignInAt: null,
    };
    await insertUser(house.ctx.db, user);
    const again = async (): Promise<Ctx> => {
      const cookie = await sessionValue(house.instance, user, new Date(at));
      const rules = sessionRules(house.instance.config, secret());
      const person = await readSession(house.ctx.db, cookie, rules, new Date(at));
      if (person === null) throw new Error('no session');
      return { ...house.ctx, actor: person, now: () => new Date(at) };
    };
    return { ctx: await again(), again };
  }

  const userOf = async (ctx: Ctx): Promise<UserRow> => {
    const user = await findUserById(ctx.db, ctx.actor.kind === 'person' ? ctx.actor.userId : '');
    if (user === null) throw new Error('nobody');
    return user;
  };

  async function codeNow(ctx: Ctx): Promise<string> {
    at += 30_000; // no code counts twice
    const user = await userOf(ctx);
    const key = openTotpSecret(user.totpSecret ?? '', user.id, secret()) ?? '';
    return new TOTP({ secret: Secret.fromBase32(key) }).generate({ timestamp: at });
  }

  async function setUpApp(ctx: Ctx): Promise<string[]> {
    await beginOwnTotp(ctx, secret());
    const { recoveryCodes } = await confirmOwnTotp(ctx, {
      code: await codeNow(ctx),
      sessionSecret: secret(),
    });
    return recoveryCodes;
  }

  const confirmByCode = (ctx: Ctx, code: string) =>
    confirmSelf(ctx, { proof: { kind: 'code', code }, sessionSecret: secret() });
  const refused = expect.objectContaining({ code: 'auth.confirm' }) as unknown;

  async function expectRefused(ctx: Ctx): Promise<void> {
    await expect(beginPasskey(ctx)).rejects.toEqual(refused);
    await expect(removePasskey(ctx, { id: 'AAAA' })).rejects.toEqual(refused);
    await expect(beginOwnTotp(ctx, secret())).rejects.toEqual(refused);
    await expect(confirmOwnTotp(ctx, { code: '123456', sessionSecret: secret() })).rejects.toEqual(refused);
    await expect(renewRecoveryCodes(ctx)).rejects.toEqual(refused);
    await expect(removeOwnSecondFactor(ctx)).rejects.toEqual(refused);
  }

  it('needs a fresh sign-in of who has no second factor yet', async () => {
    const { ctx, again } = await signedIn();
    expect(await confirmationOf(ctx)).toBe('confirmed');
    at += 10 * MINUTE - 1;
    expect(await confirmationOf(ctx)).toBe('confirmed');
    at += 1;
    expect(await confirmationOf(ctx)).toBe('sign-in');
    await expectRefused(ctx);
    expect(await confirmationOf(await again())).toBe('confirmed');
  });

  it('needs a factor that is there, shown again in this very session, for five minutes', async () => {
    const { ctx, again } = await signedIn();
    await setUpApp(ctx);
    // A sign-in as fresh as can be is not enough any more.
    const fresh = await again();
    expect(await confirmationOf(fresh)).toBe('show');
    await expectRefused(fresh);
    await confirmByCode(fresh, await codeNow(ctx));
    expect(await confirmationOf(fresh)).toBe('confirmed');
    expect(await confirmationOf(await again())).toBe('show'); // another session of the same person
    expect((await renewRecoveryCodes(fresh)).recoveryCodes).toHaveLength(10);
    at += 5 * MINUTE;
    expect(await confirmationOf(fresh)).toBe('show');
    await expectRefused(fresh);
    const told = (await listAuditEvents(ctx.db)).filter(({ action }) => action === 'person.confirm');
    expect(told.at(-1)).toMatchObject({ outcome: 'done', data: '{"factor":"totp"}' });
  });

  it('takes a recovery code once, and no wrong code', async () => {
    const { ctx } = await signedIn();
    const [code = ''] = await setUpApp(ctx);
    await expect(confirmByCode(ctx, '000000')).rejects.toMatchObject({ code: 'auth.second-factor' });
    expect(await confirmationOf(ctx)).toBe('show');
    expect(await confirmByCode(ctx, code)).toEqual({ factor: 'recovery' });
    await expect(confirmByCode(ctx, code)).rejects.toMatchObject({ code: 'auth.second-factor' });
    await removeOwnSecondFactor(ctx);
    expect((await userOf(ctx)).totpSecret).toBeNull();
  });

  it('takes a touch that was asked for this, of one’s own passkey', async () => {
    const { ctx, again } = await signedIn();
    const key = makeAuthenticator();
    const { challenge } = await beginPasskey(ctx);
    const { id } = await addPasskey(ctx, { name: 'key', answer: key.register(challenge) });
    const fresh = await again();
    await expectRefused(fresh);
    const { userId } = fresh.actor as Extract<Ctx['actor'], { kind: 'person' }>;
    const touch = async (purpose: 'sign-in' | 'confirmation', who = userId) => ({
      proof: {
        kind: 'passkey' as const,
        answer: answerTouch(key, await beginFactorTouch(fresh, { userId: who, purpose })),
      },
      sessionSecret: secret(),
    });
    await expect(confirmSelf(fresh, await touch('sign-in'))).rejects.toMatchObject({ code: 'auth.passkey' });
    const other = await signedIn();
    await expect(confirmSelf(other.ctx, await touch('confirmation'))).rejects.toMatchObject({
      code: 'auth.passkey',
    });
    const right = await touch('confirmation');
    expect(await confirmSelf(fresh, right)).toEqual({ factor: 'passkey' });
    await expect(confirmSelf(fresh, right)).rejects.toMatchObject({ code: 'auth.passkey' });
    await removePasskey(fresh, { id });
  });

  it('is nothing for a token, a command of the host, or a person without a session', async () => {
    const { ctx } = await signedIn();
    const user = await userOf(ctx);
    for (const actor of [
      { kind: 'host', name: 'root' },
      { kind: 'token', tokenId: 't', name: 't', madeBy: `user:${user.id}`, roles: ['approver'] },
      { kind: 'visitor', addressKey: 'k' },
    ] as const) {
      await expect(beginPasskey({ ...ctx, actor })).rejects.toMatchObject({ code: 'auth.required' });
    }
    const bare = { kind: 'person', userId: user.id, name: user.login, roles: [] } as const;
    await expectRefused({ ...ctx, actor: bare });
  });
});
