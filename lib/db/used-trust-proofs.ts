import type { Queries, Tx } from './client';

/**
 * Marks a canary proof's nonce as used. In a transaction, whose lock makes "look, then write" safe.
 *
 * @returns false when it had been used before: each proof counts once
 */
export async function markTrustProofUsed(
  tx: Tx,
  input: { nonce: string; expiresAt: Date },
): Promise<boolean> {
  const before = await tx.prisma.usedTrustProof.findUnique({ where: { nonce: input.nonce } });
  if (before !== null) return false;
  await tx.prisma.usedTrustProof.create({ data: { nonce: input.nonce, expiresAt: input.expiresAt } });
  return true;
}

/** Housekeeping: a proof past its time is refused for that alone. */
export async function deleteExpiredTrustProofs(db: Queries, before: Date): Promise<number> {
  const { count } = await db.prisma.usedTrustProof.deleteMany({ where: { expiresAt: { lt: before } } });
  return count;
}
