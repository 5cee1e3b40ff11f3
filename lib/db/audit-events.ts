import type { Queries, Tx } from './client';
import type { AuditEvent, Prisma } from './generated/sqlite/client';
import { insertRows, Parameters } from './rows';

export type AuditEventRow = AuditEvent;

/** In the order of the hash (lib/audit/audit-hash.ts), then the hash itself. */
export const AUDIT_COLUMNS = [
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
] as const satisfies readonly (keyof AuditEvent)[];

/**
 * The last link of the chain, read and written in plain SQL: every change of anything waits for it.
 * Inside a transaction nobody else can move it.
 */
export async function auditHead(db: Queries): Promise<{ seq: number; hash: string }> {
  const [head] = await db.prisma.$queryRawUnsafe<{ seq: number; hash: string }[]>(
    'SELECT "seq", "hash" FROM "AuditHead" WHERE "id" = 1',
  );
  if (head === undefined) throw new Error('the audit chain has no head');
  return head;
}

/** The hash of one event; null when there is none with this number. */
export async function auditHashAt(db: Queries, seq: number): Promise<string | null> {
  return (await db.prisma.auditEvent.findUnique({ where: { seq }, select: { hash: true } }))?.hash ?? null;
}

export async function appendAuditEvents(tx: Tx, events: readonly AuditEventRow[]): Promise<void> {
  const last = events.at(-1);
  if (last === undefined) return;
  await insertRows(tx, 'AuditEvent', AUDIT_COLUMNS, events);
  const parameters = new Parameters(tx.kind);
  const [seq, hash] = [parameters.add(last.seq), parameters.add(last.hash)];
  await tx.prisma.$executeRawUnsafe(
    `UPDATE "AuditHead" SET "seq" = ${seq}, "hash" = ${hash} WHERE "id" = 1`,
    ...parameters.values,
  );
}

/** Events in the order of the chain, from after `afterSeq` through `throughSeq`. */
export async function auditEventsAfter(
  db: Queries,
  input: { afterSeq: number; throughSeq: number; where?: AuditWhere; limit: number },
): Promise<AuditEventRow[]> {
  const { afterSeq, throughSeq, where = {}, limit } = input;
  return db.prisma.auditEvent.findMany({
    where: { ...prismaWhere(where), seq: { gt: afterSeq, lte: throughSeq } },
    orderBy: { seq: 'asc' },
    take: limit,
  });
}

/** What a filter comes to: all of it must hold. Names are as events hold them. */
export type AuditWhere = {
  actors?: readonly string[];
  action?: string;
  /** Every action that begins with this word and a dot. */
  actionKind?: string;
  targets?: readonly string[];
  outcome?: string;
  from?: Date;
  /** Up to, and not with. */
  before?: Date;
  /** Done by one of these, or to one of these. */
  story?: { actors: readonly string[]; targets: readonly string[] };
};

/** Newest first; `beforeSeq` is the cursor. */
export async function auditEventsBefore(
  db: Queries,
  input: { beforeSeq?: number | undefined; where?: AuditWhere; limit: number },
): Promise<AuditEventRow[]> {
  const { beforeSeq, where = {}, limit } = input;
  return db.prisma.auditEvent.findMany({
    where: { ...prismaWhere(where), ...(beforeSeq === undefined ? {} : { seq: { lt: beforeSeq } }) },
    orderBy: { seq: 'desc' },
    take: limit,
  });
}

function prismaWhere(where: AuditWhere): Prisma.AuditEventWhereInput {
  const { actors, action, actionKind, targets, outcome, from, before, story } = where;
  const at = { ...(from && { gte: from }), ...(before && { lt: before }) };
  return {
    ...(actors && { actor: { in: [...actors] } }),
    ...(action !== undefined && { action }),
    ...(actionKind !== undefined && { action: { startsWith: `${actionKind}.` } }),
    ...(targets && { target: { in: [...targets] } }),
    ...(outcome !== undefined && { outcome }),
    ...(Object.keys(at).length > 0 && { at }),
    ...(story && {
      OR: [{ actor: { in: [...story.actors] } }, { target: { in: [...story.targets] } }],
    }),
  };
}

/** Everything that happened to one thing, oldest first. */
export async function auditEventsOf(db: Queries, target: string): Promise<AuditEventRow[]> {
  return db.prisma.auditEvent.findMany({ where: { target }, orderBy: { seq: 'asc' }, take: 200 });
}
