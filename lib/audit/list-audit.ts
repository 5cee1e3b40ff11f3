import type { Ctx } from '../ctx';
import { auditEventsBefore } from '../db/audit-events';
import { requirePermission } from '../identity/authorise';
import { auditWhere, type AuditFilter } from './audit-filter';

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
  input: AuditFilter & { cursor?: string | undefined; limit: number },
): Promise<{ items: AuditItem[]; nextCursor: string | null }> {
  requirePermission(ctx, 'audit.read');
  const { cursor = '', limit, ...filter } = input;
  const beforeSeq = /^[1-9]\d{0,14}$/.test(cursor) ? Number(cursor) : undefined;
  const where = await auditWhere(ctx.db, filter);
  const rows = await auditEventsBefore(ctx.db, { beforeSeq, where, limit: limit + 1 });
  const items = rows.slice(0, limit).map(({ prevHash: _prevHash, ...row }) => ({
    ...row,
    at: row.at.toISOString(),
    data: JSON.parse(row.data) as Record<string, unknown>,
  }));
  return { items, nextCursor: rows.length > limit ? String(items.at(-1)?.seq) : null };
}
