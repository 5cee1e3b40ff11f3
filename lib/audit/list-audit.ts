import type { Ctx } from '../ctx';
import { auditEventsBefore } from '../db/audit-events';
import { requirePermission } from '../identity/authorise';

export type AuditItem = {
  seq: number;
  at: string;
  actor: string;
  action: string;
  target: string;
  outcome: string;
  data: Record<string, unknown>;
  requestId: string;
  hash: string;
};

/** The audit trail, newest first; `cursor` is the sequence number that the last page ended with. */
export async function listAudit(
  ctx: Pick<Ctx, 'actor' | 'db'>,
  input: { target?: string; action?: string; cursor?: string; limit: number },
): Promise<{ items: AuditItem[]; nextCursor: string | null }> {
  requirePermission(ctx, 'audit.read');
  const beforeSeq = /^[1-9]\d{0,14}$/.test(input.cursor ?? '') ? Number(input.cursor) : undefined;
  const rows = await auditEventsBefore(ctx.db, {
    beforeSeq,
    target: input.target,
    action: input.action,
    limit: input.limit + 1,
  });
  const items = rows.slice(0, input.limit).map(({ prevHash: _prevHash, ...row }) => ({
    ...row,
    at: row.at.toISOString(),
    data: JSON.parse(row.data) as Record<string, unknown>,
  }));
  return { items, nextCursor: rows.length > input.limit ? String(items.at(-1)?.seq) : null };
}
