import { randomUUID } from 'node:crypto';

import { decode, encode } from 'next-auth/jwt';

import type { Config } from '../config/schema';
import type { Actor } from '../ctx';
import type { Database, Queries } from '../db/client';
import { endSession, findSession, insertSession, touchSession, type SessionRow } from '../db/sessions';
import { latestIdentityOf } from '../db/user-identities';
import { findUserById, type UserRow } from '../db/users';
import { isStrong, wantsStrong } from './provider-claims';
import { readRoles } from './roles';
import { secretHash } from './secret-hash';

export type Person = Extract<Actor, { kind: 'person' }>;

/** By what somebody signed in, as far as a session remembers it. */
export type SignInFacts = {
  /** `password`, `link` (a one-time link), `certificate` or `oidc:<provider>`. */
  readonly method: string;
  /** A second factor was shown here, or the provider says that it asked for one. */
  readonly secondFactor: boolean;
  readonly acr: string | null;
  readonly amr: readonly string[];
};

/** What holds for every session of this portal. */
export type SessionRules = {
  secret: string;
  idleMs: number;
  absoluteMs: number;
  providers: Config['signIn']['oidc'];
};

export function sessionRules(config: Pick<Config, 'signIn'>, secret: string): SessionRules {
  const { idleMinutes, absoluteHours, oidc: providers } = config.signIn;
  return { secret, idleMs: idleMinutes * 60_000, absoluteMs: absoluteHours * 3_600_000, providers };
}

/** How exact "last seen" is; a write with every page would cost more than the page. */
const SEEN_STEP_MS = 60_000;

/**
 * Begins a session: a row, and the cookie's value, which is next-auth's own format (an encrypted
 * JWT), so that its routes and our actions share one session. Its id is new at every sign-in, so that
 * nobody can leave somebody else a session that they know.
 */
export async function openSession(
  db: Queries,
  input: {
    user: Pick<UserRow, 'id' | 'sessionVersion' | 'displayName'>;
    facts: SignInFacts;
    /** The browser's own name for itself. */
    agent?: string;
  },
  rules: SessionRules,
  now: Date,
): Promise<{ value: string; maxAgeSeconds: number }> {
  const { user, facts, agent = '' } = input;
  const sessionId = randomUUID();
  await insertSession(db, {
    idHash: secretHash(sessionId),
    userId: user.id,
    method: facts.method,
    secondFactor: facts.secondFactor,
    acr: facts.acr,
    amr: JSON.stringify(facts.amr),
    agent: agent.slice(0, 200),
    createdAt: now,
    lastSeenAt: now,
    expiresAt: new Date(now.getTime() + rules.absoluteMs),
    endedAt: null,
    confirmedAt: null,
  });
  const maxAgeSeconds = Math.floor(rules.absoluteMs / 1000);
  const value = await encode({
    token: { sub: user.id, name: user.displayName, sessionId, sessionVersion: user.sessionVersion },
    secret: rules.secret,
    maxAge: maxAgeSeconds,
  });
  return { value, maxAgeSeconds };
}

/**
 * Who a session's cookie stands for, or null: it ends some hours after the sign-in however it is used
 * (signIn.absoluteHours), when nobody was there for a while (signIn.idleMinutes), or when somebody
 * ends it. Roles, disabling and the session version are read from the database each time: what an
 * administrator takes away is gone with the next call. Roles that a provider's groups gave hold in a session
 * by certificate as long as in one by the provider, counted from the last sign-in there.
 *
 * @param options.seen a person is there, not a page that renews itself
 */
export async function readSession(
  db: Database,
  cookie: string | undefined,
  rules: SessionRules,
  now: Date,
  options: { seen: boolean } = { seen: true },
): Promise<Person | null> {
  return personOfToken(db, await unseal(cookie, rules.secret), rules, now, options);
}

/** The same, by the token that was in the cookie. */
export async function personOfToken(
  db: Database,
  token: Readonly<Record<string, unknown>> | null,
  rules: SessionRules,
  now: Date,
  options: { seen: boolean },
): Promise<Person | null> {
  const claims = claimsOf(token);
  if (claims === null) return null;
  const idHash = secretHash(claims.sessionId);
  const [row, user] = await Promise.all([findSession(db, idHash), findUserById(db, claims.userId)]);
  if (row === null || row.userId !== claims.userId || row.endedAt !== null) return null;
  if (row.expiresAt <= now || row.createdAt.getTime() + rules.absoluteMs <= now.getTime()) return null;
  if (row.lastSeenAt.getTime() + rules.idleMs <= now.getTime()) return null;
  if (user === null || user.disabledAt !== null) return null;
  if (claims.sessionVersion !== user.sessionVersion) return null;
  if (options.seen && row.lastSeenAt.getTime() + SEEN_STEP_MS <= now.getTime()) {
    await touchSession(db, { idHash, at: now, before: new Date(now.getTime() - SEEN_STEP_MS + 1) });
  }
  // Of a session by certificate, the provider has said nothing: what it knows of the person counts all the same.
  const identity = row.method === 'certificate' ? await latestIdentityOf(db, user.id) : null;
  const stepUp = stepUpOf(row, rules.providers, identity);
  const known = identity === null || identity.lastSeenAt.getTime() + rules.absoluteMs > now.getTime();
  return {
    kind: 'person',
    userId: user.id,
    name: user.login,
    roles: known ? readRoles(user.roles) : [],
    session: { idHash, ...(stepUp === null ? {} : { stepUp }) },
  };
}

/**
 * The provider at which this session's person must show more before they decide; null where nothing lacks.
 *
 * @param identity who somebody in a session by certificate was at a provider the last time
 */
function stepUpOf(
  row: SessionRow,
  providers: SessionRules['providers'],
  identity: { issuer: string } | null,
): string | null {
  const provider = providers.find(
    ({ id, issuer }) => row.method === `oidc:${id}` || issuer === identity?.issuer,
  );
  if (provider === undefined || !wantsStrong(provider)) return null;
  return isStrong(provider, { acr: row.acr, amr: readAmr(row.amr) }) ? null : provider.id;
}

/** Signs out: from now on this cookie, wherever it was copied to, stands for nobody. */
export async function endSessionOf(
  db: Queries,
  cookie: string | undefined,
  secret: string,
  now: Date,
): Promise<void> {
  await endSessionOfToken(db, await unseal(cookie, secret), now);
}

/** The same, by the token that was in the cookie. */
export async function endSessionOfToken(
  db: Queries,
  token: Readonly<Record<string, unknown>> | null,
  now: Date,
): Promise<void> {
  const claims = claimsOf(token);
  if (claims === null) return;
  await endSession(db, { idHash: secretHash(claims.sessionId), userId: claims.userId, at: now });
}

async function unseal(cookie: string | undefined, secret: string): ReturnType<typeof decode> {
  if (cookie === undefined || cookie === '') return null;
  try {
    return await decode({ token: cookie, secret });
  } catch {
    return null; // sealed with another secret, expired, or not ours
  }
}

function claimsOf(
  token: Readonly<Record<string, unknown>> | null,
): { userId: string; sessionId: string; sessionVersion: number } | null {
  const { sub: userId, sessionId, sessionVersion } = token ?? {};
  if (typeof userId !== 'string' || typeof sessionId !== 'string' || typeof sessionVersion !== 'number') {
    return null;
  }
  return { userId, sessionId, sessionVersion };
}

function readAmr(json: string): string[] {
  const parsed: unknown = JSON.parse(json);
  return Array.isArray(parsed) ? parsed.filter((one) => typeof one === 'string') : [];
}
