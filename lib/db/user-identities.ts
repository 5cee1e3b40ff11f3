import type { Queries } from './client';

/** Somebody at a provider; `account` and `email` are what its claims gave at the last sign-in. */
export type UserIdentityRow = {
  issuer: string;
  subject: string;
  userId: string;
  account: string | null;
  /** Verified by the provider. */
  email: string | null;
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
  input: Pick<UserIdentityRow, 'issuer' | 'subject' | 'account' | 'email'> & { at: Date },
): Promise<void> {
  const { issuer, subject, account, email, at } = input;
  await db.prisma.userIdentity.update({
    where: { issuer_subject: { issuer, subject } },
    data: { account, email, lastSeenAt: at },
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

/** Who somebody was at a provider when they signed in last; null for who never did. */
export async function latestIdentityOf(db: Queries, userId: string): Promise<UserIdentityRow | null> {
  return db.prisma.userIdentity.findFirst({ where: { userId }, orderBy: { lastSeenAt: 'desc' } });
}
