/** POST /api/v1/requests/{id}/withdraw with the pick-up secret -> {id, state}. */
import { Decision, Empty, RequestParams } from '#lib/http/api-schemas';
import { route } from '#lib/http/route';
import { withdrawRequest } from '#lib/requests/withdraw-request';

export const POST = route({
  access: 'requester',
  audit: 'request.withdraw',
  summary: 'Withdraw a request',
  params: RequestParams,
  body: Empty,
  response: Decision,
  run: (ctx, { params }) => withdrawRequest(ctx, { id: params.id }),
});
