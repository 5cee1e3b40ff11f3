import type { Queries, Tx } from './client';

/** Replaces somebody's codes by these. */
export async function replaceRecoveryCodes(
  tx: Tx,
  input: { userId: string; hashes: readonly string[]; at: Date },
): Promise<void> {
  await tx.prisma.recoveryCode.deleteMany({ where: { userId: input.userId } });
  await tx.prisma.recoveryCode.createMany({
    data: input.hashes.map((codeHash) => ({ codeHash, userId: input.userId, createdAt: input.at })),
  });
}

/** Uses a code up; false when it is not this person's or was used before. */
export async function useRecoveryCode(
  db: Queries,
  input: { userId: string; codeHash: string; at: Date },
): Promise<boolean> {
  const { count } = await db.prisma.recoveryCode.updateMany({
    where: { codeHash: input.codeHash, userId: input.userId, usedAt: null },
    data: { usedAt: input.at },
  });
  return count === 1;
}

/** How many codes are left. */
export async function countRecoveryCodes(db: Queries, userId: string): Promise<number> {
  return db.prisma.recoveryCode.count({ where: { userId, usedAt: null } });
}
