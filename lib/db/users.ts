import type { Role } from '../ctx';
import type { Queries } from './client';

/** `roles` of somebody without any. */
const NO_ROLE = '[]';

/** A person who can sign in. `roles` is a JSON array (lib/identity/roles.ts reads it). */
export type UserRow = {
  id: string;
  login: string;
  displayName: string;
  email: string | null;
  passwordHash: string | null;
  roles: string;
  disabledAt: Date | null;
  sessionVersion: number;
  createdAt: Date;
  lastSignInAt: Date | null;
  /** Sealed (lib/identity/totp.ts); `totpConfirmedAt` is null until a code of it was shown. */
  totpSecret: string | null;
  totpConfirmedAt: Date | null;
  totpLastStep: number | null;
};

/** A person without factors: what `insertUser` needs. */
export type NewUserRow = Omit<UserRow, 'totpSecret' | 'totpConfirmedAt' | 'totpLastStep'>;

export async function findUserById(db: Queries, id: string): Promise<UserRow | null> {
  return db.prisma.user.findUnique({ where: { id } });
}

export async function findUserByLogin(db: Queries, login: string): Promise<UserRow | null> {
  return db.prisma.user.findUnique({ where: { login } });
}

/** Whom the page of people shows at most, beside those who have a role. */
const LISTED_MAX = 1000;

/** Everybody who has a role, and as many others, by login: a provider of identities may send thousands. */
export async function listUsers(db: Queries): Promise<UserRow[]> {
  const orderBy = { login: 'asc' } as const;
  const withRole = await db.prisma.user.findMany({ where: { roles: { not: NO_ROLE } }, orderBy });
  const others = await db.prisma.user.findMany({ where: { roles: NO_ROLE }, orderBy, take: LISTED_MAX });
  return [...withRole, ...others].sort((a, b) => (a.login < b.login ? -1 : 1));
}

/** Everybody with this role who may sign in, by login. */
export async function usersWithRole(db: Queries, role: Role): Promise<UserRow[]> {
  return db.prisma.user.findMany({
    where: { disabledAt: null, roles: { contains: JSON.stringify(role) } },
    orderBy: { login: 'asc' },
  });
}

export async function countUsers(db: Queries): Promise<number> {
  return db.prisma.user.count();
}

export async function insertUser(db: Queries, user: NewUserRow): Promise<void> {
  await db.prisma.user.create({ data: user });
}

/** Begins a TOTP enrolment, or removes the factor with null. */
export async function setUserTotp(
  db: Queries,
  input: { id: string; totpSecret: string | null },
): Promise<void> {
  await db.prisma.user.update({
    where: { id: input.id },
    data: { totpSecret: input.totpSecret, totpConfirmedAt: null, totpLastStep: null },
  });
}

/**
 * Takes a TOTP code's time step, once and never one before it; the first one confirms the enrolment.
 *
 * @returns false when this step or a later one was taken already
 */
export async function takeTotpStep(
  db: Queries,
  input: { id: string; totpSecret: string; step: number; confirmedAt: Date },
): Promise<boolean> {
  const { id, totpSecret, step, confirmedAt } = input;
  const { count } = await db.prisma.user.updateMany({
    where: { id, totpSecret, OR: [{ totpLastStep: null }, { totpLastStep: { lt: step } }] },
    data: { totpLastStep: step, totpConfirmedAt: confirmedAt },
  });
  return count === 1;
}

/** A new password ends every session. */
export async function setUserPassword(
  db: Queries,
  input: { id: string; passwordHash: string },
): Promise<void> {
  await db.prisma.user.update({
    where: { id: input.id },
    data: { passwordHash: input.passwordHash, sessionVersion: { increment: 1 } },
  });
}

/** Roles and access; every session ends, so that the next call sees it. */
export async function setUserAccess(
  db: Queries,
  input: { id: string; roles: string; disabledAt: Date | null },
): Promise<void> {
  await db.prisma.user.update({
    where: { id: input.id },
    data: { roles: input.roles, disabledAt: input.disabledAt, sessionVersion: { increment: 1 } },
  });
}

export async function touchUserSignIn(db: Queries, input: { id: string; at: Date }): Promise<void> {
  await db.prisma.user.update({ where: { id: input.id }, data: { lastSignInAt: input.at } });
}

/** Signing out everywhere. */
export async function endUserSessions(db: Queries, id: string): Promise<void> {
  await db.prisma.user.update({ where: { id }, data: { sessionVersion: { increment: 1 } } });
}

/** Who signs in under one of these names: a login here, or an account at a provider. */
export async function personsNamed(
  db: Queries,
  names: readonly string[],
): Promise<{ name: string; userId: string; login: string }[]> {
  const some = [...names];
  const wanted = new Set(names);
  const identities = await db.prisma.userIdentity.findMany({
    where: { account: { in: some } },
    select: { account: true, userId: true },
  });
  const users = await db.prisma.user.findMany({
    where: { OR: [{ login: { in: some } }, { id: { in: identities.map(({ userId }) => userId) } }] },
    select: { id: true, login: true },
  });
  return users.flatMap(({ id, login }) =>
    [
      login,
      ...identities.flatMap(({ account, userId }) => (userId === id && account !== null ? account : [])),
    ]
      .filter((name) => wanted.has(name))
      .map((name) => ({ name, userId: id, login })),
  );
}
