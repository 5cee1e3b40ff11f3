import { randomUUID } from 'node:crypto';

import { recordAudit } from '../audit/record-audit';
import type { Ctx } from '../ctx';
import { inTransaction } from '../db/in-transaction';
import { useOneTimeSecret } from '../db/one-time-secrets';
import {
  findUserById,
  findUserByLogin,
  insertUser,
  setUserPassword,
  type NewUserRow,
  type UserRow,
} from '../db/users';
import { HubgateError } from '../errors';
import { checkLogin } from './login';
import { checkPassword, hashPassword } from './password';
import { removeSecondFactors } from './second-factors';
import { secretHash } from './secret-hash';
import { linkRefused, readSetupLink, SetupPayload } from './setup-link';

export type RedeemInput = {
  secret: string;
  login: string;
  displayName: string;
  email: string | null;
  password: string;
};

/**
 * Uses a setup link: makes the person with the roles that the link carries, or gives somebody a new
 * password (login, name and e-mail then stay as they are). The link is used up only when all is
 * well, so that a weak password costs nothing. A reset removes the second factors, too.
 *
 * @throws {HubgateError} `auth.link`, `auth.weak-password`, `auth.name-taken`, `http.invalid`
 */
export async function redeemSetupLink(ctx: Ctx, input: RedeemInput): Promise<UserRow> {
  const expected = await readSetupLink(ctx, { secret: input.secret });
  const login = expected.for === 'reset' ? expected.login : checkLogin(input.login);
  const displayName = input.displayName.trim() === '' ? login : input.displayName.trim().slice(0, 100);
  checkPassword(input.password, { login, displayName });
  const passwordHash = await hashPassword(input.password);

  return inTransaction(ctx.db, async (tx) => {
    const now = ctx.now();
    const taken = await useOneTimeSecret(tx, {
      kind: 'first-admin',
      secretHash: secretHash(input.secret),
      now,
    });
    if (taken === null) throw linkRefused();
    const payload = SetupPayload.parse(taken);
    if (payload.for === 'reset') {
      await setUserPassword(tx, { id: payload.userId, passwordHash });
      // Made for somebody who lost what they sign in with: a factor that is gone must not keep them out.
      await removeSecondFactors(tx, payload.userId, now);
      const user = await findUserById(tx, payload.userId);
      if (user === null) throw linkRefused();
      await recordAudit(ctx, tx, {
        action: 'person.password',
        target: `person:${user.login}`,
        outcome: 'done',
        data: {},
      });
      return user;
    }
    if ((await findUserByLogin(tx, login)) !== null) {
      throw new HubgateError('auth.name-taken', `The login ${login} is taken. Choose another one.`, {
        field: 'login',
        params: { login },
      });
    }
    const user: NewUserRow = {
      id: randomUUID(),
      login,
      displayName,
      email: input.email,
      passwordHash,
      roles: JSON.stringify(payload.roles),
      disabledAt: null,
      sessionVersion: 1,
      createdAt: now,
      lastSignInAt: now,
    };
    await insertUser(tx, user);
    await recordAudit(ctx, tx, {
      action: 'person.create',
      target: `person:${login}`,
      outcome: 'done',
      data: { roles: payload.roles.join(' ') },
    });
    return { ...user, totpSecret: null, totpConfirmedAt: null, totpLastStep: null };
  });
}
