import { actorName, type Ctx } from '../ctx';
import { appendAuditEvents, auditHead, type AuditEventRow } from '../db/audit-events';
import type { Tx } from '../db/client';
import { auditHash } from './audit-hash';

/** What happened, to what. `data` is plain values for people; never a secret, a key or a whole CSR. */
export type AuditEntry = {
  /** `request.approve`, `certificate.revoke`, …: thing and verb. */
  action: string;
  /** The id of the thing: a request's id, a certificate's serial, a hub's name. */
  target: string;
  outcome?: 'done' | 'refused' | 'failed';
  data?: Readonly<Record<string, unknown>>;
};

/** Who acts and when: the part of `Ctx` that every event carries. */
export type AuditCtx = Pick<Ctx, 'actor' | 'now' | 'requestId'>;

/**
 * Adds an event to the audit chain, in the transaction of what it records: both happen or neither.
 * The transaction holds the chain's lock (lib/db/in-transaction.ts), so that links never fork.
 */
export async function recordAudit(ctx: AuditCtx, tx: Tx, entry: AuditEntry): Promise<void> {
  await recordAudits(ctx, tx, [entry]);
}

/** Several events with one statement, in this order. */
export async function recordAudits(ctx: AuditCtx, tx: Tx, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const at = ctx.now();
  const actor = actorName(ctx.actor);
  let { seq, hash } = await auditHead(tx);
  const rows = entries.map((entry): AuditEventRow => {
    seq += 1;
    const event = {
      seq,
      at,
      actor,
      action: entry.action,
      target: entry.target,
      outcome: entry.outcome ?? 'done',
      data: JSON.stringify(entry.data ?? {}),
      requestId: ctx.requestId,
      prevHash: hash,
    };
    hash = auditHash(event);
    return { ...event, hash };
  });
  await appendAuditEvents(tx, rows);
}
