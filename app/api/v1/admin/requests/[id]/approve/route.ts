/** POST /api/v1/admin/requests/{id}/approve -> {id, state}. */
import { ApproveBody, Decision, RequestParams } from '#lib/http/api-schemas';
import { route } from '#lib/http/route';
import { approveRequest } from '#lib/requests/approve-request';

export const POST = route({
  access: 'requests.decide',
  audit: 'request.approve',
  summary: 'Approve a request',
  params: RequestParams,
  body: ApproveBody,
  response: Decision,
  run: (ctx, { params, body }) => approveRequest(ctx, { id: params.id, ...body }),
});
