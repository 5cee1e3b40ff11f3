import { randomUUID } from 'node:crypto';

import { recordAudit } from '../audit/record-audit';
import type { OidcProvider } from '../config/sign-in';
import { ROLES, type Ctx, type Role } from '../ctx';
import type { Tx } from '../db/client';
import { inTransaction } from '../db/in-transaction';
import { findUserIdentity, insertUserIdentity, touchUserIdentity } from '../db/user-identities';
import { findUserById, findUserByLogin, insertUser, setUserAccess, type UserRow } from '../db/users';
import { HubgateError } from '../errors';
import { auditRefusal } from './audit-refusal';
import { isStrong, readClaims, rolesOfGroups, type ProviderClaims } from './provider-claims';
import { rolesOnlyTheyHave } from './person-access';
import { readRoles } from './roles';
import type { SignInFacts } from './session';

/**
 * Who a provider's answer stands for. People are known by issuer and subject, never by their e-mail or
 * name, which change hands; whoever comes for the first time becomes a person without a password. Roles
 * are those of the groups that the answer names, at every sign-in anew.
 *
 * @param input.claims of an ID token that was verified, with the userinfo
 * @throws {HubgateError} `auth.provider-answer` without a subject or from another issuer;
 *   `auth.not-admitted` for somebody in none of the allowed groups, or disabled
 */
export async function signInWithProvider(
  ctx: Ctx,
  input: { provider: OidcProvider; claims: Record<string, unknown> },
): Promise<{ user: UserRow; facts: SignInFacts }> {
  const { provider } = input;
  const claims = readClaims(provider, input.claims);
  if (claims === null || claims.issuer !== provider.issuer) {
    throw new HubgateError(
      'auth.provider-answer',
      `The answer names ${claims === null ? 'nobody' : `the issuer ${claims.issuer}`}.`,
    );
  }
  const { allowedGroups } = provider;
  const admitted = allowedGroups.length === 0 || allowedGroups.some((group) => claims.groups.includes(group));
  const user = admitted ? await inTransaction(ctx.db, (tx) => personOf(ctx, tx, provider, claims)) : null;
  if (user === null || user.disabledAt !== null) {
    await auditRefusal(ctx, {
      action: 'person.sign-in',
      target: user === null ? `${provider.id}:${claims.subject}` : `person:${user.login}`,
      outcome: 'refused',
      code: 'auth.not-admitted',
    });
    throw new HubgateError('auth.not-admitted', 'You are known, but in no group that may come in here.');
  }
  const { acr, amr } = claims;
  const secondFactor = isStrong(provider, claims);
  return { user, facts: { method: `oidc:${provider.id}`, secondFactor, acr, amr } };
}

async function personOf(
  ctx: Ctx,
  tx: Tx,
  provider: OidcProvider,
  claims: ProviderClaims,
): Promise<UserRow | null> {
  const { issuer, subject, account, email } = claims;
  const known = await findUserIdentity(tx, { issuer, subject });
  if (known === null) return newPerson(ctx, tx, provider, claims);
  await touchUserIdentity(tx, { issuer, subject, account, email, at: ctx.now() });
  const user = await findUserById(tx, known.userId);
  if (user === null || user.disabledAt !== null) return user;
  const given = rolesOfGroups(provider, claims.groups);
  const kept = await rolesOnlyTheyHave(tx, user, given);
  if (kept.length > 0) await recordKept(ctx, tx, user, { kept, provider });
  const roles = ROLES.filter((role) => given.includes(role) || kept.includes(role));
  const before = readRoles(user.roles);
  if (roles.join() === before.join()) return user;
  // Every session ends, so that none keeps what the groups no longer give.
  await setUserAccess(tx, { id: user.id, roles: JSON.stringify(roles), disabledAt: null });
  await recordAudit(ctx, tx, {
    action: 'person.roles',
    target: `person:${user.login}`,
    outcome: 'done',
    data: { before: before.join(' '), roles: roles.join(' '), by: `groups at ${provider.id}` },
  });
  return findUserById(tx, user.id);
}

/** The groups would leave the portal without anybody who can run it: somebody else gets the role first. */
async function recordKept(
  ctx: Ctx,
  tx: Tx,
  user: UserRow,
  { kept, provider }: { kept: readonly Role[]; provider: OidcProvider },
): Promise<void> {
  await recordAudit(ctx, tx, {
    action: 'person.roles',
    target: `person:${user.login}`,
    outcome: 'refused',
    data: { code: 'auth.last-one', kept: kept.join(' '), by: `groups at ${provider.id}` },
  });
}

async function newPerson(
  ctx: Ctx,
  tx: Tx,
  provider: OidcProvider,
  claims: ProviderClaims,
): Promise<UserRow | null> {
  const { issuer, subject, account, name, email, groups } = claims;
  const now = ctx.now();
  const login = await freeLogin(tx, provider, account ?? subject);
  const id = randomUUID();
  const roles = rolesOfGroups(provider, groups);
  await insertUser(tx, {
    id,
    login,
    displayName: (name ?? account ?? login).slice(0, 100),
    email,
    passwordHash: null,
    roles: JSON.stringify(roles),
    disabledAt: null,
    sessionVersion: 1,
    createdAt: now,
    lastSignInAt: null,
  });
  await insertUserIdentity(tx, {
    issuer,
    subject,
    userId: id,
    account,
    email,
    createdAt: now,
    lastSeenAt: now,
  });
  await recordAudit(ctx, tx, {
    action: 'person.create',
    target: `person:${login}`,
    outcome: 'done',
    data: { roles: roles.join(' '), issuer, subject },
  });
  return findUserById(tx, id);
}

/**
 * `alice@keycloak`: says whose word it is, so that a name at a provider is never taken for
 * somebody's own login here.
 */
async function freeLogin(tx: Tx, { id }: OidcProvider, name: string): Promise<string> {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9_.-]+/g, '-')
    .replace(/^[^a-z_]+/, '')
    .slice(0, 24);
  const base = plain === '' ? 'person' : plain;
  for (let count = 1; ; count += 1) {
    const login = `${base}${count === 1 ? '' : `-${count}`}@${id}`;
    if ((await findUserByLogin(tx, login)) === null) return login;
  }
}
