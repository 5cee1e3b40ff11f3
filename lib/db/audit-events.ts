import type { Queries, Tx } from './client';
import type { AuditEvent } from './generated/sqlite/client';
import { insertRows } from './rows';

export type AuditEventRow = AuditEvent;

const COLUMNS = [
  'seq',
  'at',
  'actor',
  'action',
  'target',
  'outcome',
  'data',
  'requestId',
  'prevHash',
  'hash',
] as const;

/** The last link of the chain. Inside a transaction nobody else can move it. */
export async function auditHead(db: Queries): Promise<{ seq: number; hash: string }> {
  return db.prisma.auditHead.findUniqueOrThrow({ where: { id: 1 }, select: { seq: true, hash: true } });
}

export async function appendAuditEvents(tx: Tx, events: readonly AuditEventRow[]): Promise<void> {
  const last = events.at(-1);
  if (last === undefined) return;
  await insertRows(tx, 'AuditEvent', COLUMNS, events);
  await tx.prisma.auditHead.updateMany({ where: { id: 1 }, data: { seq: last.seq, hash: last.hash } });
}

/** Events in the order of the chain, from after `afterSeq`. */
export async function auditEventsAfter(
  db: Queries,
  afterSeq: number,
  limit: number,
): Promise<AuditEventRow[]> {
  return db.prisma.auditEvent.findMany({
    where: { seq: { gt: afterSeq } },
    orderBy: { seq: 'asc' },
    take: limit,
  });
}

/** Newest first; `beforeSeq` is the cursor. */
export async function auditEventsBefore(
  db: Queries,
  input: {
    beforeSeq?: number | undefined;
    target?: string | undefined;
    action?: string | undefined;
    limit: number;
  },
): Promise<AuditEventRow[]> {
  return db.prisma.auditEvent.findMany({
    where: {
      ...(input.beforeSeq === undefined ? {} : { seq: { lt: input.beforeSeq } }),
      ...(input.target === undefined ? {} : { target: input.target }),
      ...(input.action === undefined ? {} : { action: input.action }),
    },
    orderBy: { seq: 'desc' },
    take: input.limit,
  });
}

/** Everything that happened to one thing, oldest first. */
export async function auditEventsOf(db: Queries, target: string): Promise<AuditEventRow[]> {
  return db.prisma.auditEvent.findMany({ where: { target }, orderBy: { seq: 'asc' }, take: 200 });
}
