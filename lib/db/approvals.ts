import type { Queries, Tx } from './client';
import type { Approval, Prisma } from './generated/sqlite/client';

export type ApprovalRow = Approval;

export async function insertApproval(tx: Tx, row: Prisma.ApprovalUncheckedCreateInput): Promise<void> {
  await tx.prisma.approval.create({ data: row });
}

/** The approvals that count for a request: those of its present version, oldest first. */
export async function approvalsOf(db: Queries, requestId: string, version: number): Promise<ApprovalRow[]> {
  return db.prisma.approval.findMany({ where: { requestId, version }, orderBy: { createdAt: 'asc' } });
}

/** Approved requests of which an approval ends before `now`. */
export async function requestsWithExpiredApproval(db: Queries, now: Date): Promise<string[]> {
  const rows = await db.prisma.request.findMany({
    where: { state: 'APPROVED', approvals: { some: { expiresAt: { lte: now } } } },
    select: { id: true, version: true, approvals: { select: { version: true, expiresAt: true } } },
    take: 200,
  });
  return rows
    .filter((row) => row.approvals.some((one) => one.version === row.version && one.expiresAt <= now))
    .map((row) => row.id);
}
