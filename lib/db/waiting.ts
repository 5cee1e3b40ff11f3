import type { Queries } from './client';

/** What waits for a decision: how many of each, and the oldest of them. */
export type Waiting = { requests: number; events: number; lines: { id: string; name: string }[] };

/** @param limit lines of requests, and of events, at most */
export async function listWaiting(db: Queries, limit: number): Promise<Waiting> {
  const where = { state: 'SUBMITTED' };
  const orderBy = [{ createdAt: 'asc' as const }, { id: 'asc' as const }];
  const [requests, events, oldRequests, oldEvents] = await Promise.all([
    db.prisma.request.count({ where }),
    db.prisma.trainingEvent.count({ where }),
    db.prisma.request.findMany({ where, orderBy, take: limit, select: { id: true, commonName: true } }),
    db.prisma.trainingEvent.findMany({ where, orderBy, take: limit, select: { id: true, name: true } }),
  ]);
  const lines = [...oldRequests.map(({ id, commonName }) => ({ id, name: commonName })), ...oldEvents];
  return { requests, events, lines };
}
