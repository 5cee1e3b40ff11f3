import type { Ctx } from '../ctx';
import { findUserByLogin, type UserRow } from '../db/users';
import { HubgateError } from '../errors';
import { auditRefusal } from './audit-refusal';
import { verifyPassword } from './password';
import { normaliseLogin } from './login';

/**
 * Checks login and password, and records an attempt that is refused; the session's begin records the
 * others. Limits on attempts are the caller's
 * (lib/http), since they go by address.
 *
 * @throws {HubgateError} `auth.credentials`, the same for an unknown login, a wrong password and a
 *   disabled account
 */
export async function signInWithPassword(
  ctx: Ctx,
  input: { login: string; password: string },
): Promise<UserRow> {
  const login = normaliseLogin(input.login);
  const user = await findUserByLogin(ctx.db, login);
  const right = await verifyPassword(user?.passwordHash ?? null, input.password);
  if (user === null || !right || user.disabledAt !== null) {
    // The typed name is recorded only where it is somebody's: people type passwords into this field.
    const target = user === null ? 'unknown login' : `person:${user.login}`;
    await auditRefusal(ctx, {
      action: 'person.sign-in',
      target,
      outcome: 'refused',
      code: 'auth.credentials',
    });
    throw new HubgateError('auth.credentials', 'Login or password is wrong.', { field: 'password' });
  }
  return user;
}
