/** GET /api/v1/admin/requests -> {items, nextCursor}. */
import { RequestList, RequestListQuery } from '#lib/http/api-schemas';
import { route } from '#lib/http/route';
import { listRequests } from '#lib/requests/list-requests';

export const GET = route({
  access: 'queue.read',
  audit: 'request.list',
  summary: 'The queue',
  query: RequestListQuery,
  response: RequestList,
  run: (ctx, { query }) => listRequests(ctx, query),
});
