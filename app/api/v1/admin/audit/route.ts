/** GET /api/v1/admin/audit -> {items, nextCursor}, newest first. */
import { listAudit } from '#lib/audit/list-audit';
import { filterOf } from '#lib/audit/read-filter';
import { AuditList, AuditListQuery } from '#lib/http/api-schemas';
import { route } from '#lib/http/route';

export const GET = route({
  access: 'audit.read',
  audit: 'audit.list',
  summary: 'Who did what',
  query: AuditListQuery,
  response: AuditList,
  run: (ctx, { query: { cursor, limit, ...filter } }) =>
    listAudit(ctx, { ...filterOf(filter), cursor, limit }),
});
