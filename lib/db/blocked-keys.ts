import type { Queries, Tx } from './client';
import type { BlockedKey } from './generated/sqlite/client';

export type BlockedKeyRow = BlockedKey;

/** Far below what one statement may carry. */
const AT_ONCE = 500;

/**
 * Adds keys that are not there yet; the first entry of a key stands. In a transaction, whose lock makes
 * "look, then write" safe.
 *
 * @returns the rows that were new
 */
export async function insertBlockedKeys(tx: Tx, rows: readonly BlockedKeyRow[]): Promise<BlockedKeyRow[]> {
  const byKey = new Map(rows.map((row) => [row.spkiSha256, row]));
  const known = await blockedAmong(tx, [...byKey.keys()]);
  const fresh = [...byKey.values()].filter((row) => !known.has(row.spkiSha256));
  for (let at = 0; at < fresh.length; at += AT_ONCE) {
    await tx.prisma.blockedKey.createMany({ data: fresh.slice(at, at + AT_ONCE) });
  }
  return fresh;
}

/** Which of these keys are blocked. */
export async function blockedAmong(db: Queries, spkiSha256s: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>();
  for (let at = 0; at < spkiSha256s.length; at += AT_ONCE) {
    const rows = await db.prisma.blockedKey.findMany({
      where: { spkiSha256: { in: spkiSha256s.slice(at, at + AT_ONCE) } },
      select: { spkiSha256: true },
    });
    for (const row of rows) found.add(row.spkiSha256);
  }
  return found;
}

export async function findBlockedKey(db: Queries, spkiSha256: string): Promise<BlockedKeyRow | null> {
  return db.prisma.blockedKey.findUnique({ where: { spkiSha256 } });
}

/** One page by keyset, newest first. */
export async function listBlockedKeyRows(
  db: Queries,
  input: { after?: { blockedAt: Date; spkiSha256: string } | undefined; limit: number },
): Promise<BlockedKeyRow[]> {
  const { after, limit } = input;
  return db.prisma.blockedKey.findMany({
    ...(after === undefined
      ? {}
      : {
          where: {
            OR: [
              { blockedAt: { lt: after.blockedAt } },
              { blockedAt: after.blockedAt, spkiSha256: { lt: after.spkiSha256 } },
            ],
          },
        }),
    orderBy: [{ blockedAt: 'desc' }, { spkiSha256: 'desc' }],
    take: limit,
  });
}
