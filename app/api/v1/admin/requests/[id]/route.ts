/** GET /api/v1/admin/requests/{id} -> everything an approver sees of one request. */
import { RequestItemSchema, RequestParams } from '#lib/http/api-schemas';
import { route } from '#lib/http/route';
import { viewRequest } from '#lib/requests/view-request';

export const GET = route({
  access: 'queue.read',
  audit: 'request.view',
  summary: 'One request, for its approver',
  params: RequestParams,
  response: RequestItemSchema,
  run: (ctx, { params }) => viewRequest(ctx, { id: params.id }),
});
