import type { Queries } from './client';

/** By what an account may be known to be the same person's as another: lower case. */
export type AccountTraces = { names: ReadonlySet<string>; mailboxes: ReadonlySet<string> };

/** The logins, account names and addresses of these accounts, by their id. */
export async function accountTraces(
  db: Queries,
  userIds: readonly string[],
): Promise<Map<string, AccountTraces>> {
  const users = await db.prisma.user.findMany({
    where: { id: { in: [...userIds] } },
    select: { id: true, login: true, email: true },
  });
  const identities = await db.prisma.userIdentity.findMany({
    where: { userId: { in: [...userIds] } },
    select: { userId: true, account: true, email: true },
  });
  return new Map(
    users.map(({ id, login, email }) => {
      const own = identities.filter(({ userId }) => userId === id);
      const names = [login, ...own.map(({ account }) => account)];
      const mailboxes = [email, ...own.map((identity) => identity.email)];
      return [id, { names: lowerCase(names), mailboxes: lowerCase(mailboxes) }];
    }),
  );
}

function lowerCase(texts: readonly (string | null)[]): Set<string> {
  return new Set(texts.flatMap((text) => (text === null || text === '' ? [] : text.toLowerCase())));
}
