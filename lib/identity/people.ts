import type { Ctx, Role } from '../ctx';
import { countUsers, listUsers } from '../db/users';
import { requirePermission } from './authorise';
import { readRoles } from './roles';

export type PersonView = {
  id: string;
  login: string;
  displayName: string;
  email: string | null;
  roles: Role[];
  disabled: boolean;
  createdAt: string;
  lastSignInAt: string | null;
};

/** Everybody who can sign in, by login. */
export async function listPeople(ctx: Ctx): Promise<PersonView[]> {
  requirePermission(ctx, 'people.read');
  return (await listUsers(ctx.db)).map((user) => ({
    id: user.id,
    login: user.login,
    displayName: user.displayName,
    email: user.email,
    roles: readRoles(user.roles),
    disabled: user.disabledAt !== null,
    createdAt: user.createdAt.toISOString(),
    lastSignInAt: user.lastSignInAt?.toISOString() ?? null,
  }));
}

/** True once somebody can sign in; public, since the sign-in page says what to do when nobody can. */
export async function hasPeople(ctx: Ctx): Promise<boolean> {
  return (await countUsers(ctx.db)) > 0;
}
