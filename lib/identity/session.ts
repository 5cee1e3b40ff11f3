import { decode, encode } from 'next-auth/jwt';

import type { Actor } from '../ctx';
import type { Database } from '../db/client';
import { findUserById } from '../db/users';
import { readRoles } from './roles';
import { SESSION_SECONDS } from './session-cookie';

export type Person = Extract<Actor, { kind: 'person' }>;

/**
 * Seals who signed in into the session's cookie value, in next-auth's own format (an encrypted
 * JWT), so that its routes and our actions share one session.
 */
export function sealSession(
  user: { id: string; sessionVersion: number; displayName: string },
  secret: string,
): Promise<string> {
  return encode({
    token: { sub: user.id, name: user.displayName, sessionVersion: user.sessionVersion },
    secret,
    maxAge: SESSION_SECONDS,
  });
}

/**
 * Who a session's cookie stands for, or null. Roles, disabling and the session version are read
 * from the database each time: what an administrator takes away is gone with the next call.
 */
export async function readSession(
  db: Database,
  cookie: string | undefined,
  secret: string,
): Promise<Person | null> {
  if (cookie === undefined || cookie === '') return null;
  let token;
  try {
    token = await decode({ token: cookie, secret });
  } catch {
    return null; // sealed with another secret, expired, or not ours
  }
  const userId = token?.sub;
  if (userId === undefined) return null;
  const user = await findUserById(db, userId);
  if (user === null || user.disabledAt !== null) return null;
  if (token?.['sessionVersion'] !== user.sessionVersion) return null;
  return { kind: 'person', userId: user.id, name: user.login, roles: readRoles(user.roles) };
}
