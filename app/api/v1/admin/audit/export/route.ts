/** GET /api/v1/admin/audit/export?form=jsonl|csv -> the events as a file, oldest first, as they come. */
import { exportAudit } from '#lib/audit/export-audit';
import { filterOf } from '#lib/audit/read-filter';
import { AuditExportQuery } from '#lib/http/api-schemas';
import { route } from '#lib/http/route';
import { textStream } from '#lib/http/text-stream';

const TYPES = { jsonl: 'application/jsonl', csv: 'text/csv; charset=utf-8' } as const;

export const GET = route({
  access: 'audit.read',
  audit: 'audit.export',
  summary: 'Audit events as JSON Lines or CSV',
  query: AuditExportQuery,
  run: (ctx, { query: { form, after, ...filter } }) =>
    textStream(exportAudit(ctx, { filter: { ...filterOf(filter), afterSeq: after }, form }), {
      type: TYPES[form],
      name: `audit-${ctx.now().toISOString().slice(0, 10)}.${form}`,
    }),
});
