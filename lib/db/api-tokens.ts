import type { Queries } from './client';

export type ApiTokenRow = {
  id: string;
  name: string;
  /** SHA-256 of the token, hex. The token has 256 random bits, so a slow hash would add nothing. */
  secretHash: string;
  roles: string;
  createdBy: string;
  createdAt: Date;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
};

export async function insertApiToken(db: Queries, row: ApiTokenRow): Promise<void> {
  await db.prisma.apiToken.create({ data: row });
}

export async function findApiTokenByHash(db: Queries, secretHash: string): Promise<ApiTokenRow | null> {
  return db.prisma.apiToken.findUnique({ where: { secretHash } });
}

export async function findApiTokenByName(db: Queries, name: string): Promise<ApiTokenRow | null> {
  return db.prisma.apiToken.findUnique({ where: { name } });
}

/** Newest first. */
export async function listApiTokens(db: Queries): Promise<ApiTokenRow[]> {
  return db.prisma.apiToken.findMany({ orderBy: [{ createdAt: 'desc' }, { id: 'desc' }], take: 1000 });
}

/** True when this call revoked it. */
export async function revokeApiTokenRow(db: Queries, input: { id: string; at: Date }): Promise<boolean> {
  const { count } = await db.prisma.apiToken.updateMany({
    where: { id: input.id, revokedAt: null },
    data: { revokedAt: input.at },
  });
  return count === 1;
}

export async function touchApiToken(db: Queries, input: { id: string; at: Date }): Promise<void> {
  await db.prisma.apiToken.updateMany({ where: { id: input.id }, data: { lastUsedAt: input.at } });
}
