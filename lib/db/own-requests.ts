import { SUMMARY, type CertificateSummary } from './certificates';
import type { Queries } from './client';

/** A request in the list of whoever it belongs to. */
export type OwnRequestRow = {
  id: string;
  state: string;
  commonName: string;
  label: string | null;
  createdAt: Date;
  certificate: CertificateSummary | null;
};

/** These requests, and those that this person sent; newest first. */
export async function ownRequests(
  db: Queries,
  input: { ids: readonly string[]; userId: string | null; limit: number },
): Promise<OwnRequestRow[]> {
  const { ids, userId, limit } = input;
  return db.prisma.request.findMany({
    where: { OR: [{ id: { in: [...ids] } }, ...(userId === null ? [] : [{ requesterId: userId }])] },
    select: {
      id: true,
      state: true,
      commonName: true,
      label: true,
      createdAt: true,
      certificate: SUMMARY,
    },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: limit,
  });
}

/** Whether this person sent this request while they were signed in, or renewed what they had. */
export async function isRequestOf(db: Queries, input: { id: string; userId: string }): Promise<boolean> {
  const { id, userId: requesterId } = input;
  return (await db.prisma.request.count({ where: { id, requesterId } })) > 0;
}
