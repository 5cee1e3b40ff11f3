import type { Queries } from './client';

/** Somebody at a provider. `account` is the name that its claim gave at the last sign-in. */
export type UserIdentityRow = {
  issuer: string;
  subject: string;
  userId: string;
  account: string | null;
  createdAt: Date;
  lastSeenAt: Date;
};

export async function findUserIdentity(
  db: Queries,
  key: { issuer: string; subject: string },
): Promise<UserIdentityRow | null> {
  return db.prisma.userIdentity.findUnique({ where: { issuer_subject: key } });
}

export async function insertUserIdentity(db: Queries, row: UserIdentityRow): Promise<void> {
  await db.prisma.userIdentity.create({ data: row });
}

export async function touchUserIdentity(
  db: Queries,
  input: { issuer: string; subject: string; account: string | null; at: Date },
): Promise<void> {
  const { issuer, subject, account, at } = input;
  await db.prisma.userIdentity.update({
    where: { issuer_subject: { issuer, subject } },
    data: { account, lastSeenAt: at },
  });
}

/** Who has this account name at some provider; two rows of different people are no answer. */
export async function findUserIdsByAccount(db: Queries, account: string): Promise<string[]> {
  const rows = await db.prisma.userIdentity.findMany({
    where: { account },
    select: { userId: true },
    take: 10,
  });
  return [...new Set(rows.map(({ userId }) => userId))];
}

/** The account name that somebody's provider gave last; null when none did. */
export async function accountOfUser(db: Queries, userId: string): Promise<string | null> {
  const row = await db.prisma.userIdentity.findFirst({
    where: { userId, account: { not: null } },
    orderBy: { lastSeenAt: 'desc' },
    select: { account: true },
  });
  return row?.account ?? null;
}
