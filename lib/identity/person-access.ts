import { recordAudit } from '../audit/record-audit';
import type { Ctx, Role } from '../ctx';
import type { Tx } from '../db/client';
import { inTransaction } from '../db/in-transaction';
import { findUserByLogin, setUserAccess, usersWithRole, type UserRow } from '../db/users';
import { HubgateError } from '../errors';
import { requirePermission } from './authorise';
import { normaliseLogin } from './login';
import { readRoles } from './roles';

/** Roles without whose last holder nobody could run the portal from its pages any more. */
const NEEDED: readonly Role[] = ['admin', 'operator'];

/**
 * Gives a person exactly these roles; all their sessions end, so that the next click has them.
 *
 * @throws {HubgateError} `auth.last-one` when they are the last administrator or operator,
 *   `auth.credentials` when nobody has this login
 */
export async function setPersonRoles(
  ctx: Ctx,
  input: { login: string; roles: readonly Role[] },
): Promise<void> {
  requirePermission(ctx, 'people.manage');
  await inTransaction(ctx.db, async (tx) => {
    const user = await personByLogin(tx, input.login);
    const roles = [...new Set(input.roles)];
    await requireAnother(tx, user, user.disabledAt === null ? roles : []);
    await setUserAccess(tx, { id: user.id, roles: JSON.stringify(roles), disabledAt: user.disabledAt });
    await recordAudit(ctx, tx, {
      action: 'person.roles',
      target: `person:${user.login}`,
      outcome: 'done',
      data: { before: readRoles(user.roles).join(' '), roles: roles.join(' ') },
    });
  });
}

/**
 * Lets somebody sign in no more, or again. All their sessions end, and their tokens with them.
 *
 * @throws {HubgateError} `auth.last-one`, `auth.credentials` as above
 */
export async function setPersonDisabled(
  ctx: Ctx,
  input: { login: string; disabled: boolean },
): Promise<void> {
  requirePermission(ctx, 'people.manage');
  const { disabled } = input;
  await inTransaction(ctx.db, async (tx) => {
    const user = await personByLogin(tx, input.login);
    if (disabled) await requireAnother(tx, user, []);
    await setUserAccess(tx, { id: user.id, roles: user.roles, disabledAt: disabled ? ctx.now() : null });
    await recordAudit(ctx, tx, {
      action: disabled ? 'person.disable' : 'person.enable',
      target: `person:${user.login}`,
      outcome: 'done',
      data: {},
    });
  });
}

/** @throws {HubgateError} `auth.credentials` when nobody has this login */
async function personByLogin(tx: Tx, login: string): Promise<UserRow> {
  const user = await findUserByLogin(tx, normaliseLogin(login));
  if (user !== null) return user;
  throw new HubgateError('auth.credentials', `Nobody has the login ${login}. See: hubgate admin list`, {
    field: 'login',
  });
}

/** In the transaction that holds the audit's lock: two who demote each other cannot cross. */
async function requireAnother(tx: Tx, user: UserRow, rolesAfter: readonly Role[]): Promise<void> {
  const [role] = await rolesOnlyTheyHave(tx, user, rolesAfter);
  if (role === undefined) return;
  throw new HubgateError('auth.last-one', `${user.login} is the last one with the role ${role}.`, {
    params: { role },
  });
}

/** Roles that the portal cannot be without and that nobody would have any more, were these theirs. */
export async function rolesOnlyTheyHave(
  tx: Tx,
  user: Pick<UserRow, 'id' | 'roles' | 'disabledAt'>,
  rolesAfter: readonly Role[],
): Promise<Role[]> {
  if (user.disabledAt !== null) return [];
  const before = readRoles(user.roles);
  const only: Role[] = [];
  for (const role of NEEDED) {
    if (!before.includes(role) || rolesAfter.includes(role)) continue;
    const others = (await usersWithRole(tx, role)).filter((one) => one.id !== user.id);
    if (others.length === 0) only.push(role);
  }
  return only;
}
