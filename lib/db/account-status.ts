import type { Queries } from './client';
import type { AccountStatus } from './generated/sqlite/client';

export type AccountStatusRow = AccountStatus;

/** Accounts that were ever certified, behind this name, in their order. */
export async function certifiedAccounts(db: Queries, after: string, limit: number): Promise<string[]> {
  const rows = await db.prisma.certificate.groupBy({
    by: ['commonName'],
    where: { profile: 'user', commonName: { gt: after } },
    orderBy: { commonName: 'asc' },
    take: limit,
  });
  return rows.map(({ commonName }) => commonName);
}

/** Those of these accounts that were asked about since then. */
export async function askedSince(
  db: Queries,
  accounts: readonly string[],
  since: Date,
): Promise<Set<string>> {
  const rows = await db.prisma.accountStatus.findMany({
    where: { account: { in: [...accounts] }, askedAt: { gte: since } },
    select: { account: true },
  });
  return new Set(rows.map(({ account }) => account));
}

export async function findAccountStatus(db: Queries, account: string): Promise<AccountStatusRow | null> {
  return db.prisma.accountStatus.findUnique({ where: { account } });
}

export async function storeAccountStatus(db: Queries, row: AccountStatusRow): Promise<void> {
  await db.prisma.accountStatus.upsert({ where: { account: row.account }, create: row, update: row });
}
