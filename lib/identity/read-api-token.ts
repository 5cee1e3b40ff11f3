import type { Actor } from '../ctx';
import type { Database } from '../db/client';
import { findApiTokenByHash, touchApiToken } from '../db/api-tokens';
import { findUserByLogin } from '../db/users';
import { allows } from './role-table';
import { readRoles } from './roles';
import { secretHash } from './secret-hash';

/** Tokens begin with this, so that leaks are found by scanners and nobody takes one for another secret. */
export const API_TOKEN_PREFIX = 'hgt_';

/** How exact "last used" is; a write with every call would cost more than the call. */
const LAST_USED_STEP_MS = 60_000;

/**
 * The actor that an API token stands for, or null when it is unknown, expired or revoked, or when the
 * person who made it may not sign in or may make no tokens any more: whoever left, or was demoted, must not
 * stay by a program.
 */
export async function readApiToken(
  db: Database,
  token: string,
  now: Date,
): Promise<Extract<Actor, { kind: 'token' }> | null> {
  if (!token.startsWith(API_TOKEN_PREFIX)) return null;
  const row = await findApiTokenByHash(db, secretHash(token));
  if (row === null || row.revokedAt !== null) return null;
  if (row.expiresAt !== null && row.expiresAt <= now) return null;
  const madeBy = await idOfMaker(db, row.createdBy);
  if (madeBy === null) return null;
  if (row.lastUsedAt === null || now.getTime() - row.lastUsedAt.getTime() > LAST_USED_STEP_MS) {
    await touchApiToken(db, { id: row.id, at: now });
  }
  return { kind: 'token', tokenId: row.id, name: row.name, madeBy, roles: readRoles(row.roles) };
}

/**
 * The actorId of who made a token; null when that person is disabled, or has lost the role for it. The row
 * names its maker as audit rows do (actorName); logins are never changed nor given again.
 */
async function idOfMaker(db: Database, createdBy: string): Promise<string | null> {
  const login = /^person:(.+)$/s.exec(createdBy)?.[1];
  const user = login === undefined ? null : await findUserByLogin(db, login);
  if (user === null) return createdBy;
  const mayMake = user.disabledAt === null && allows(readRoles(user.roles), 'tokens.manage');
  return mayMake ? `user:${user.id}` : null;
}
