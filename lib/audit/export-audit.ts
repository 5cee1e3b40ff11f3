import type { Ctx } from '../ctx';
import { AUDIT_COLUMNS, auditEventsAfter, auditHead, type AuditEventRow } from '../db/audit-events';
import { inTransaction } from '../db/in-transaction';
import { requirePermission } from '../identity/authorise';
import { auditWhere, type AuditFilter } from './audit-filter';
import { csvLine } from './csv-line';
import { recordAudit } from './record-audit';

/** JSON Lines hold every event as it is hashed, so that others can verify it; CSV is for spreadsheets. */
export type AuditForm = 'jsonl' | 'csv';

const PAGE = 1000;

/**
 * Events, oldest first, as text in pieces. That they were taken away is an event itself, written before
 * the first piece.
 */
export async function* exportAudit(
  ctx: Pick<Ctx, 'actor' | 'db' | 'now' | 'requestId'>,
  input: { filter: AuditFilter & { afterSeq?: number | undefined }; form: AuditForm },
): AsyncGenerator<string, void> {
  requirePermission(ctx, 'audit.read');
  const { form } = input;
  const { afterSeq = 0, ...filter } = input.filter;
  const where = await auditWhere(ctx.db, filter);
  await inTransaction(ctx.db, (tx) =>
    recordAudit(ctx, tx, { action: 'audit.export', target: form, data: told({ ...filter, afterSeq }) }),
  );
  const { seq: throughSeq } = await auditHead(ctx.db);
  if (form === 'csv') yield csvLine(AUDIT_COLUMNS);
  for (let after = Math.max(0, Math.trunc(afterSeq) || 0); ;) {
    const page = await auditEventsAfter(ctx.db, { afterSeq: after, throughSeq, where, limit: PAGE });
    if (page.length > 0) yield page.map((row) => lineOf(row, form)).join('');
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last.seq;
  }
}

function lineOf(row: AuditEventRow, form: AuditForm): string {
  const event = { ...row, at: row.at.toISOString() };
  if (form === 'csv') return csvLine(AUDIT_COLUMNS.map((column) => event[column]));
  return `${JSON.stringify(Object.fromEntries(AUDIT_COLUMNS.map((column) => [column, event[column]])))}\n`;
}

/** The filter for the event: what was not asked for is not told. */
function told(filter: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(filter).filter(([, value]) => value !== undefined && value !== '' && value !== 0),
  );
}
