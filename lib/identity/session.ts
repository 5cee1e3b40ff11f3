import { randomUUID } from 'node:crypto';

import { decode, encode } from 'next-auth/jwt';

import type { Actor } from '../ctx';
import type { Database } from '../db/client';
import { endedSession, insertEndedSession } from '../db/one-time-secrets';
import { findUserById } from '../db/users';
import { readRoles } from './roles';
import { secretHash } from './secret-hash';
import { SESSION_SECONDS } from './session-cookie';

export type Person = Extract<Actor, { kind: 'person' }>;

/**
 * What a session's token carries from sign-in to its end. next-auth seals the token again whenever
 * its own route is read, with a later end: these stay as they are.
 */
export type SessionClaims = {
  sessionVersion: number;
  sessionId: string;
  /** Milliseconds since 1970. */
  signedInAt: number;
};

/** The claims of a session that begins now. */
export function newSessionClaims(user: { sessionVersion: number }, now: Date): SessionClaims {
  return { sessionVersion: user.sessionVersion, sessionId: randomUUID(), signedInAt: now.getTime() };
}

/**
 * Seals who signed in into the session's cookie value, in next-auth's own format (an encrypted
 * JWT), so that its routes and our actions share one session.
 */
export function sealSession(
  user: { id: string; sessionVersion: number; displayName: string },
  secret: string,
  now: Date,
): Promise<string> {
  return encode({
    token: { sub: user.id, name: user.displayName, ...newSessionClaims(user, now) },
    secret,
    maxAge: SESSION_SECONDS,
  });
}

/**
 * Who a session's cookie stands for, or null: it ends 12 hours after the sign-in, however it is
 * used, or when somebody signs out with it. Roles, disabling and the session version are read
 * from the database each time: what an administrator takes away is gone with the next call.
 */
export async function readSession(
  db: Database,
  cookie: string | undefined,
  secret: string,
  now: Date,
): Promise<Person | null> {
  const token = await unseal(cookie, secret);
  const userId = token?.sub;
  const claims = claimsOf(token);
  if (userId === undefined || claims === null || endOf(claims) <= now) return null;
  const user = await findUserById(db, userId);
  if (user === null || user.disabledAt !== null) return null;
  if (claims.sessionVersion !== user.sessionVersion) return null;
  if (await endedSession(db, secretHash(claims.sessionId))) return null;
  return { kind: 'person', userId: user.id, name: user.login, roles: readRoles(user.roles) };
}

/** Signs out: from now on this cookie, wherever it was copied to, stands for nobody. */
export async function endSessionOf(
  db: Database,
  cookie: string | undefined,
  secret: string,
  now: Date,
): Promise<void> {
  await endSessionOfToken(db, await unseal(cookie, secret), now);
}

/** The same, by the token that was in the cookie. */
export async function endSessionOfToken(
  db: Database,
  token: Readonly<Record<string, unknown>> | null,
  now: Date,
): Promise<void> {
  const claims = claimsOf(token);
  if (claims === null || endOf(claims) <= now) return;
  await insertEndedSession(db, { secretHash: secretHash(claims.sessionId), now, expiresAt: endOf(claims) });
}

async function unseal(cookie: string | undefined, secret: string): ReturnType<typeof decode> {
  if (cookie === undefined || cookie === '') return null;
  try {
    return await decode({ token: cookie, secret });
  } catch {
    return null; // sealed with another secret, expired, or not ours
  }
}

function claimsOf(token: Readonly<Record<string, unknown>> | null): SessionClaims | null {
  const { sessionVersion, sessionId, signedInAt } = token ?? {};
  if (typeof sessionVersion !== 'number' || typeof sessionId !== 'string' || typeof signedInAt !== 'number') {
    return null;
  }
  return { sessionVersion, sessionId, signedInAt };
}

function endOf(claims: SessionClaims): Date {
  return new Date(claims.signedInAt + SESSION_SECONDS * 1000);
}
