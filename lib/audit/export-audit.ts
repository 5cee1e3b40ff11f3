import type { Ctx } from '../ctx';
import { auditEventsAfter, type AuditEventRow } from '../db/audit-events';
import { requirePermission } from '../identity/authorise';

const PAGE = 500;

/** Every event from after `afterSeq`, oldest first, with its hashes: enough to verify it elsewhere. */
export async function* exportAudit(
  ctx: Pick<Ctx, 'actor' | 'db'>,
  input: { afterSeq: number },
): AsyncGenerator<AuditEventRow> {
  requirePermission(ctx, 'audit.read');
  for (let seq = Math.max(0, Math.trunc(input.afterSeq) || 0); ;) {
    const page = await auditEventsAfter(ctx.db, seq, PAGE);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    seq = last.seq;
  }
}
