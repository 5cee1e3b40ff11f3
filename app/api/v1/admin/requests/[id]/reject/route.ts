/** POST /api/v1/admin/requests/{id}/reject -> {id, state}. */
import { Decision, RejectBody, RequestParams } from '#lib/http/api-schemas';
import { route } from '#lib/http/route';
import { rejectRequest } from '#lib/requests/reject-request';

export const POST = route({
  access: 'requests.decide',
  audit: 'request.reject',
  summary: 'Reject a request',
  params: RequestParams,
  body: RejectBody,
  response: Decision,
  run: (ctx, { params, body }) => rejectRequest(ctx, { id: params.id, ...body }),
});
